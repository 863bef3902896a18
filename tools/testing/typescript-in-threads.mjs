// Imported by every process that tests run in: lets worker threads, and processes that tests start, run the sources, as the tests themselves do.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (!isMainThread || process.argv[1]?.endsWith('.ts')) register(new URL('typescript-hooks.mjs', import.meta.url));
