import { fileURLToPath } from 'node:url';

/** Folder of the built page of `zpin watch`: beside the program, and one folder away from the sources too. */
export const PAGE_FOLDER = fileURLToPath(new URL('../dist/watch-page/', import.meta.url));
