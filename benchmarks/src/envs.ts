/**
 * `pnpm bench envs`: steps per second of the environments with random actions, and what a step leaves on the heap. `--write`
 * stores the table.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { envSpeedTable } from './lib/env-speeds.ts';

const text = `Node ${process.version}, one thread, ${cpus()[0]?.model.trim()}.\n\n${await envSpeedTable()}`;
process.stdout.write(`${text}\n`);
if (process.argv.includes('--write')) {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    new URL('envs.md', folder),
    `# Speed of the environments\n\nWritten by \`pnpm bench envs --write\`.\n\n${text}\n`,
  );
}
