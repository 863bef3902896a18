/**
 * `pnpm bench`: speed on one core, side by side in one run.
 *
 * Update steps and one action on the compiled engine, op by op on TensorFlow.js' wasm and cpu backends, and in PyTorch, in processor time;
 * environment steps. PyTorch runs when `ZPIN_PYTHON` (or `python3`) has it (`benchmarks/python/requirements.txt`). `--write` stores the
 * tables in `benchmarks/results/speed.md`. Whole training beside other libraries is measured by `pnpm bench peer-speed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createEngine, type Engine } from '@zpin/core';
import { envSpeedTable } from './lib/env-speeds.ts';
import { table } from './lib/table.ts';
import { speedCases } from './lib/update-cases.ts';

const folder = new URL('..', import.meta.url);
const python = process.env.ZPIN_PYTHON ?? 'python3';

/** A call that takes longer than this is timed once: op by op, a convolutional network takes half a minute. */
const LONG_CALL = 2000;

/** Processor time since a moment, in milliseconds. */
function millisecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Median over samples of the mean milliseconds of `inner` calls, after a warm-up. */
async function milliseconds(call: () => unknown, inner: number, samples: number): Promise<number> {
  const first = process.cpuUsage();
  await call();
  const once = millisecondsSince(first);
  if (once > LONG_CALL) return once;
  for (let i = 0; i < 2 * inner; i++) await call();
  const means: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const start = process.cpuUsage();
    for (let i = 0; i < inner; i++) await call();
    means.push(millisecondsSince(start) / inner);
  }
  return means.sort((a, b) => a - b)[samples >> 1];
}

/** What a Python script prints, one record per line; nothing when it cannot run. */
function runPython(script: string, ...args: string[]): Record<string, number | string>[] {
  const { status, stdout } = spawnSync(python, [fileURLToPath(new URL(`python/${script}`, folder)), ...args], {
    encoding: 'utf8',
  });
  return status === 0
    ? stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line))
    : [];
}

async function updateSteps(): Promise<string> {
  const engines: [string, Engine][] = [
    ['compiled', await createEngine('auto')],
    ['tfjs wasm', await createEngine('tensorflow', { backend: 'wasm' })],
    ['tfjs cpu', await createEngine('tensorflow', { backend: 'cpu' })],
  ];
  const reference = new Map(runPython('update_step.py').map(({ name, milliseconds: ms }) => [name, ms as number]));
  const rows: string[][] = [];
  for (const { name, inner, prepare } of speedCases) {
    const times: number[] = [];
    for (const [engine, handle] of engines) {
      // Op by op is up to a thousand times slower: fewer calls say enough.
      const slow = engine !== 'compiled';
      times.push(await milliseconds(await prepare(handle), slow ? Math.ceil(inner / 50) : inner, slow ? 3 : 15));
    }
    const torch = reference.get(name);
    rows.push([
      name,
      ...times.map(ms => ms.toPrecision(3)),
      torch?.toPrecision(3) ?? '–',
      torch ? (times[0] / torch).toFixed(2) : '–',
    ]);
  }
  return table(['milliseconds', 'compiled', 'tfjs wasm', 'tfjs cpu', 'PyTorch', 'compiled / PyTorch'], rows);
}

const parts = [`Node ${process.version}, one thread, ${cpus()[0]?.model.trim()}.`, await updateSteps(), await envSpeedTable()];
process.stdout.write(`${parts.join('\n\n')}\n`);
if (process.argv.includes('--write')) {
  mkdirSync(new URL('results/', folder), { recursive: true });
  writeFileSync(new URL('results/speed.md', folder), `# Speed\n\nWritten by \`pnpm bench --write\`.\n\n${parts.join('\n\n')}\n`);
}
