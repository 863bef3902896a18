export { checkWritable } from './checkpoint/check-writable.ts';
export { readCheckpoint, writeCheckpoint, writeCheckpointAsync } from './checkpoint/checkpoint-file.ts';
export { isRunning } from './checkpoint/is-running.ts';
export { makeFolder } from './checkpoint/make-folder.ts';
export { readBytes } from './checkpoint/read-bytes.ts';
export { readLines } from './checkpoint/read-lines.ts';
export { writeFileAtomic } from './checkpoint/write-file-atomic.ts';
export { loadPolicy, savePolicy } from './policy/policy-file.ts';
