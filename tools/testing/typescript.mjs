// Imported by processes that run TypeScript without a build: lets them, and their worker threads, run the sources.
import { register } from 'node:module';

register(new URL('typescript-hooks.mjs', import.meta.url));
