import { registerEnv } from '@zpin/envs';
import { atariEntries } from './atari-entries.ts';

// Worker threads import this module by its address before they make one of these environments.
for (const entry of atariEntries) registerEnv({ ...entry, module: import.meta.url });
