export { ArrayEnv } from './base/array-env.ts';
export type { RowEnv } from './base/row-env.ts';
export { type CheckOptions, checkEnv, type Violation } from './check-env.ts';
export { CartPole, type CartPoleOptions, cartPoleV0, cartPoleV1 } from './classic/cart-pole.ts';
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
