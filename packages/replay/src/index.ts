export { PrioritizedReplay, type PrioritizedReplayOptions } from './prioritized-replay.ts';
export { type Column, Ring } from './ring.ts';
export { SumTree } from './sum-tree.ts';
export { UniformReplay, type UniformReplayOptions } from './uniform-replay.ts';
