import { CartPole, cartPoleV0, cartPoleV1 } from './classic/cart-pole.ts';
import type { EnvEntry } from './registry.ts';

const cartPole: Pick<EnvEntry, 'summary' | 'options' | 'create'> = {
  summary: 'Keep a pole upright on a cart that is pushed left or right.',
  options: { suttonBartoReward: { meaning: 'reward 0 per step and -1 for failing, instead of 1 per step', default: false } },
  create: (spec, options) => new CartPole(spec, options),
};

/** The environments of this package. */
export const builtInEnvs: readonly EnvEntry[] = [
  { spec: cartPoleV1, ...cartPole },
  { spec: cartPoleV0, ...cartPole },
];
