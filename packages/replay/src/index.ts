export { type Column, Ring } from './ring.ts';
export { UniformReplay, type UniformReplayOptions } from './uniform-replay.ts';
