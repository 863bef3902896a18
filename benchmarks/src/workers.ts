/**
 * `pnpm bench workers [--steps 100000] [--write]`: what threads gain where the environment takes most of the time.
 *
 * DPPO with one worker and with two, and environments stepped in one thread and in two, each with everything else equal. Both
 * kinds take turns three times, and the median counts. `--write` stores the tables in `benchmarks/results/workers.md`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Rng, type VectorEnv } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { loadEnv, makeVectorEnv } from '@zpin/envs';
import { makeWorkerVectorEnv } from '@zpin/envs/node';
import { dppo } from '@zpin/onpolicy/node';
import { randomActions } from './lib/env-speeds.ts';
import { table } from './lib/table.ts';

const ROUNDS = 3;
const COPIES = 16;
const ENVS = ['Hopper-v5', 'LunarLander-v3'];

const { values: flags } = parseArgs({
  options: { steps: { type: 'string', default: '100000' }, write: { type: 'boolean', default: false } },
});
const steps = Number(flags.steps);
const engine = await createEngine('onnx');

/**
 * Environment steps per second of the second half of training: every thread compiles what it runs anew, and that takes its time.
 */
async function trainingSpeed(id: string, workers: number): Promise<number> {
  const env = makeVectorEnv(id, COPIES);
  const config = { workers, numEnvs: COPIES, rolloutLength: 256, batchSize: 256, epochs: 4, normalizeObservations: true };
  const agent = await dppo.create({ spec: env.spec, config, seed: 1, engine });
  let [begin, first] = [0, 0];
  for await (const event of dppo.train({ agent, env, totalSteps: steps, seed: 1 })) {
    if (begin === 0 && event.type === 'update' && event.step >= steps / 2) [begin, first] = [performance.now(), event.step];
  }
  const seconds = (performance.now() - begin) / 1000;
  agent.dispose();
  env.close();
  return (steps - first) / seconds;
}

/** Environment steps per second with random actions. */
function steppingSpeed(env: VectorEnv): number {
  const out = env.createStep();
  const rng = new Rng(0);
  const rounds = Array.from({ length: 64 }, () => randomActions(env.spec.actionSpace, COPIES, rng));
  env.reset(out, 0);
  for (let round = 0; round < 5; round++) for (const actions of rounds) env.step(actions, out);
  const begin = performance.now();
  let done = 0;
  for (; performance.now() - begin < 1000; done += rounds.length * COPIES) for (const actions of rounds) env.step(actions, out);
  const seconds = (performance.now() - begin) / 1000;
  env.close();
  return done / seconds;
}

/** One row: medians of both kinds, and their ratio. */
async function compare(name: string, one: () => Promise<number>, two: () => Promise<number>): Promise<string[]> {
  const speeds: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    speeds[0].push(await one());
    speeds[1].push(await two());
  }
  const [alone, together] = speeds.map(all => all.sort((a, b) => a - b)[ROUNDS >> 1]);
  return [name, alone.toFixed(0), together.toFixed(0), (together / alone).toFixed(2)];
}

const rows: string[][] = [];
for (const id of ENVS) {
  await loadEnv(id);
  rows.push(
    await compare(
      `DPPO, ${id}`,
      () => trainingSpeed(id, 1),
      () => trainingSpeed(id, 2),
    ),
  );
  rows.push(
    await compare(
      `random actions, ${id}`,
      async () => steppingSpeed(makeVectorEnv(id, COPIES)),
      async () => steppingSpeed(await makeWorkerVectorEnv(id, COPIES, {}, { workers: 2 })),
    ),
  );
}
const machine = `Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model.trim()}; load average ${loadavg()[0].toFixed(1)} at the end.`;
const text = `${machine}\n\n${table([`steps per second, ${COPIES} copies`, 'one thread', 'two threads', 'ratio'], rows)}\n`;
process.stdout.write(text);
if (flags.write) {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('workers.md', folder), `# Worker threads\n\nWritten by \`pnpm bench workers --write\`.\n\n${text}`);
}
