// Writes the pages that are made from the code to site/algorithms and site/environments. Runs the sources, with node --conditions=@zpin/source.
import { register } from 'node:module';

register(new URL('../../../tools/testing/typescript-hooks.mjs', import.meta.url));
const { generatePages, writeHomePolicy, writePages } = await import('../src/pages/write-pages.ts');
writePages(await generatePages());
await writeHomePolicy();
