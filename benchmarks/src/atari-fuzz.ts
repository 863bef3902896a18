/**
 * `pnpm fuzz:atari [--images 100000] [--inputs 1000000] [--seed 1] [--write]`: runs cartridges of nonsense in the console, and gives the
 * environments random calls, some of them wrong. Nothing but a clear error may be thrown, and nothing may hang: the attempts run in a
 * process of their own, which is ended when it says nothing for two minutes. Exits with 1 where anything was found; `--write` stores
 * the table.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Rng } from '@zpin/contracts';
import { type FuzzCount, fuzzImage, fuzzInputs, noCount } from './lib/atari-fuzz.ts';
import { table } from './lib/table.ts';

const PATIENCE = 120_000;
/** Attempts between two signs of life. */
const BLOCK = 1000;

const { values: flags } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    attempts: { type: 'boolean', default: false },
  },
});
const [images, inputs, seed] = [flags.images, flags.inputs, flags.seed].map(Number);

if (flags.attempts) makeAttempts();
else process.exitCode = await watch();

function makeAttempts(): void {
  const [ofImages, ofInputs] = new Rng(seed).spawn(2);
  const counts: FuzzCount[] = [noCount(), noCount()];
  const tell = (part: string, count: FuzzCount) => process.stderr.write(`${part}: ${count.tried}\n`);
  for (let i = 1; i <= images; i++) {
    fuzzImage(ofImages, counts[0]);
    if (i % BLOCK === 0) tell('images', counts[0]);
  }
  while (counts[1].tried < inputs) {
    fuzzInputs(ofInputs, BLOCK, counts[1]);
    tell('inputs', counts[1]);
  }
  process.stdout.write(JSON.stringify(counts));
}

async function watch(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...process.argv.slice(2), '--attempts']);
  let [text, last] = ['', 'nothing'];
  let timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  child.stdout.on('data', chunk => {
    text += chunk;
  });
  child.stderr.on('data', chunk => {
    last = String(chunk).trim();
    clearTimeout(timer);
    timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  });
  await new Promise(resolve => child.on('close', resolve));
  clearTimeout(timer);
  if (text === '') {
    process.stderr.write(`fuzz:atari: the attempts must come to their end, got silence behind ${last}.\n`);
    return 1;
  }
  return report(JSON.parse(text));
}

function report(counts: readonly FuzzCount[]): number {
  const rows = counts.map(({ tried, refused, frames, slowest, faults }, i) => [
    ['random cartridges', 'random calls'][i],
    ...[tried, frames, refused].map(value => value.toLocaleString('en')),
    `${slowest.toFixed(0)} ms`,
    String(faults.length),
  ]);
  const text = table(['what', 'tried', 'frames', 'refused by a clear error', 'slowest', 'faults'], rows);
  process.stdout.write(`${text}\n`);
  const faults = counts.flatMap(count => count.faults);
  for (const fault of faults.slice(0, 10)) process.stderr.write(`${fault}\n`);
  if (flags.write) {
    const intro = `# Atari and nonsense

\`pnpm fuzz:atari --images ${images} --inputs ${inputs} --seed ${seed}\`: cartridges of noise, of common instructions in any order, and zpin's own with damage, of all
sizes and schemes, a few frames each, one in sixteen also 30 frames beside an interpreter, the last of them twice from one state, which must come to the same; and calls of environments, of which
some are wrong. A fault is anything thrown that is no clear error. Time is that of the clock, on a machine that had other work too.

`;
    writeFileSync(new URL('../results/atari-fuzz.md', import.meta.url), `${intro}${text}\n`);
  }
  return faults.length === 0 ? 0 : 1;
}
