import type { Env, SpaceValue } from '@zpin/contracts';
import type { AnyEnv } from '../env-entry.ts';
import { ClipReward } from '../wrappers/clip-reward.ts';
import { FrameStack } from '../wrappers/frame-stack.ts';
import { AtariPreprocessing } from './atari-preprocessing.ts';
import { FireReset } from './fire-reset.ts';

/** Frames that an observation shows together. */
const STACKED = 4;

/**
 * The view of Atari games that papers share (Mnih et al. 2015): up to 30 idle frames at the start, actions held for four frames, the
 * brighter pixels of the last two, grey, 84 by 84; FIRE after a reset and a lost life, where `actionNames` of the environment has it;
 * signs of rewards; and the last four observations together, `[84, 84, 4]`.
 * @throws SpaceError unless observations are uint8 pictures and actions are `Discrete`
 */
export function atariView(env: AnyEnv): AnyEnv {
  const fire = env.actionNames?.indexOf('FIRE') ?? -1;
  const seen: Env<Uint8Array, number> = new AtariPreprocessing(env as Env<SpaceValue, number>);
  const started = fire < 0 ? seen : new FireReset(seen, fire);
  return new FrameStack(new ClipReward(started) as AnyEnv, STACKED) as AnyEnv;
}
