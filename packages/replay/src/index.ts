export { checkMemory, type MemoryOptions, transitionBytes } from './check-memory.ts';
export { type FramePlaces, FrameStore } from './frame-store.ts';
export { LatestTransitions } from './latest-transitions.ts';
export { PrioritizedReplay, type PrioritizedReplayOptions } from './prioritized-replay.ts';
export { type Column, Ring } from './ring.ts';
export { SumTree } from './sum-tree.ts';
export type { TransitionTableOptions } from './transition-table.ts';
export { UniformReplay, type UniformReplayOptions } from './uniform-replay.ts';
