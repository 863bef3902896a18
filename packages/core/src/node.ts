export { readCheckpoint, writeCheckpoint } from './checkpoint/checkpoint-file.ts';
export { writeFileAtomic } from './checkpoint/write-file-atomic.ts';
