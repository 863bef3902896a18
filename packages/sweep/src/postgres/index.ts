export { Database, type DatabaseOptions, type Queries } from './database.ts';
export { EmbeddedDatabase } from './embedded-database.ts';
export { QueuedStudy, type QueuedStudyOptions, type StoredFile } from './queued-study.ts';
export { type QueuedSweep, type QueueOptions, SweepQueue } from './sweep-queue.ts';
