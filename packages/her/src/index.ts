export type { GoalStrategy, HindsightOptions } from './goal-strategy.ts';
export { parseHindsight } from './goal-strategy.ts';
export { hindsight } from './hindsight.ts';
export { HindsightReplay, type HindsightReplayOptions } from './hindsight-replay.ts';
