export { NormalizeObservation, type NormalizeObservationOptions } from './normalize-observation.ts';
export { NormalizeReward, type NormalizeRewardOptions } from './normalize-reward.ts';
export { SyncVectorEnv } from './sync-vector-env.ts';
export { VectorWrapper } from './vector-wrapper.ts';
