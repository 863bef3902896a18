export { ArrayEnv } from './base/array-env.ts';
export type { RowEnv } from './base/row-env.ts';
export { type CheckOptions, checkEnv, type Violation } from './check-env.ts';
export { Acrobot, acrobotV1 } from './classic/acrobot.ts';
export { CartPole, type CartPoleOptions, cartPoleV0, cartPoleV1 } from './classic/cart-pole.ts';
export { MountainCar, type MountainCarOptions, mountainCarV0 } from './classic/mountain-car.ts';
export {
  MountainCarContinuous,
  type MountainCarContinuousOptions,
  mountainCarContinuousV0,
} from './classic/mountain-car-continuous.ts';
export { Pendulum, type PendulumOptions, pendulumV1 } from './classic/pendulum.ts';
export {
  type AnyEnv,
  type EnvEntry,
  type EnvOption,
  type EnvOptions,
  listEnvs,
  makeEnv,
  makeVectorEnv,
  registerEnv,
} from './registry.ts';
export { SyncVectorEnv } from './vector/sync-vector-env.ts';
export { TimeLimit } from './wrappers/time-limit.ts';
export { Wrapper } from './wrappers/wrapper.ts';
