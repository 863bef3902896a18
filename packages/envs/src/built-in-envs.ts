import { Acrobot, acrobotV1 } from './classic/acrobot.ts';
import { CartPole, cartPoleV0, cartPoleV1 } from './classic/cart-pole.ts';
import { MountainCar, mountainCarV0 } from './classic/mountain-car.ts';
import { MountainCarContinuous, mountainCarContinuousV0 } from './classic/mountain-car-continuous.ts';
import { Pendulum, pendulumV1 } from './classic/pendulum.ts';
import type { EnvEntry } from './registry.ts';

const cartPole: Pick<EnvEntry, 'summary' | 'options' | 'create'> = {
  summary: 'Keep a pole upright on a cart that is pushed left or right.',
  options: { suttonBartoReward: { meaning: 'reward 0 per step and -1 for failing, instead of 1 per step', default: false } },
  create: (spec, options) => new CartPole(spec, options),
};

const goalVelocity = { goalVelocity: { meaning: 'least velocity at the flag that counts as reaching it', default: 0 } };

/** The environments of this package. */
export const builtInEnvs: readonly EnvEntry[] = [
  { spec: cartPoleV1, ...cartPole },
  { spec: cartPoleV0, ...cartPole },
  {
    spec: mountainCarV0,
    summary: 'Drive a weak car out of a valley by swinging.',
    options: goalVelocity,
    create: (spec, options) => new MountainCar(spec, options),
  },
  {
    spec: mountainCarContinuousV0,
    summary: 'Drive a weak car out of a valley with little force.',
    options: goalVelocity,
    create: (spec, options) => new MountainCarContinuous(spec, options),
  },
  {
    spec: pendulumV1,
    summary: 'Swing a rod up and hold it there with little torque.',
    options: { gravity: { meaning: 'acceleration of gravity, m/s^2', default: 10 } },
    create: (spec, options) => new Pendulum(spec, options),
  },
  {
    spec: acrobotV1,
    summary: 'Swing two links over a line with a motor between them.',
    create: spec => new Acrobot(spec),
  },
];
