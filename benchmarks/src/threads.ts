/**
 * `pnpm bench threads [--write]`: what more threads are worth to updates of networks of several widths on ONNX Runtime, in turns.
 * By the clock, and in processor time of all threads: cores that nothing else uses are assumed. `--write` stores the table in
 * `benchmarks/results/threads.md`.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createEngine, mlp } from '@zpin/core';
import { processorTime, sideBySide, wallTime } from './lib/side-by-side.ts';
import { table } from './lib/table.ts';
import { natureUpdate, type SpeedCase, updateStep } from './lib/update-cases.ts';

const ROUNDS = 9;
const ROUND_MICROSECONDS = 200_000;

function wide(units: number, batch: number): SpeedCase {
  const network = mlp({ inputSize: 17, hiddenSizes: [units, units], outputSize: 6 });
  return updateStep(`17-${units}-${units}-6, batch ${batch}`, 1, network, batch, 17, 6);
}

const cases = [wide(64, 64), wide(256, 256), wide(512, 512), wide(1024, 1024), natureUpdate];
const threads = [1, 2, 4, 8].filter(count => count <= cpus().length);

const rows: string[][] = [];
for (const subject of cases) {
  const calls = await Promise.all(threads.map(async count => subject.prepare(await createEngine('onnx', { threads: count }))));
  const [clock, processor] = [wallTime, processorTime].map(time => sideBySide(calls, ROUNDS, ROUND_MICROSECONDS, time));
  const alone = clock?.[0] as number;
  const of = (times: readonly number[] | undefined, k: number) => (times?.[k] as number) / 1000;
  rows.push(
    ...threads.map((count, k) => [
      ...[subject.name, String(count), of(clock, k).toFixed(2), of(processor, k).toFixed(2)],
      (alone / (1000 * of(clock, k))).toFixed(2),
    ]),
  );
}
const text = [
  `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model.trim()}. Milliseconds of one update; medians of ${ROUNDS} rounds in turns.`,
  table(['update', 'threads', 'clock', 'processor', '× one thread'], rows),
].join('\n\n');
process.stdout.write(`${text}\n`);
if (process.argv.includes('--write'))
  writeFileSync(
    new URL('../results/threads.md', import.meta.url),
    `# What threads are worth\n\nWritten by \`pnpm bench threads --write\`.\n\n${text}\n`,
  );
