export { Database, type DatabaseOptions, type Queries } from './database.ts';
export { EmbeddedDatabase } from './embedded-database.ts';
export { QueueDatabase, type QueueOptions } from './queue-database.ts';
export { QueuedStudy, type QueuedStudyOptions, type StoredFile } from './queued-study.ts';
export { RolloutQueue, type RolloutRunOptions } from './rollout-queue.ts';
export { RolloutRun, type SlotTask, type TaskAnswer, TaskFailure } from './rollout-run.ts';
export { type HeldParts, type JoinedRun, RolloutWork, type TakenTask } from './rollout-work.ts';
export { type QueuedSweep, SweepQueue } from './sweep-queue.ts';
