/**
 * `pnpm bench updates`: what one update of each method that grew from DQN costs, drawing its batch from the replay and new
 * priorities included, with the same network and batch as DQN. Processor time, which other programs disturb less than the clock.
 * `--write` stores the tables in `benchmarks/results/updates.md`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { Rng, sample } from '@zpin/contracts';
import { createEngine, type ReplayAlgorithm } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { PrioritizedReplay, UniformReplay } from '@zpin/replay';
import {
  c51,
  doubleDqn,
  dqn,
  duelingDoubleDqn,
  iqn,
  munchausenDqn,
  noisyDqn,
  prioritizedDqn,
  qrDqn,
  rainbow,
} from '@zpin/value-based';
import { table } from './lib/table.ts';

interface Case {
  readonly title: string;
  readonly env: string;
  readonly config: { readonly hiddenSizes: number[]; readonly batchSize: number };
}

const methods: readonly ReplayAlgorithm[] = [
  dqn,
  doubleDqn,
  duelingDoubleDqn,
  prioritizedDqn,
  noisyDqn,
  munchausenDqn,
  c51,
  qrDqn,
  iqn,
  rainbow,
];

const cases: readonly Case[] = [
  {
    title: 'MinAtar Breakout, convolution and 128 units',
    env: 'MinAtar/Breakout-v1',
    config: { hiddenSizes: [128], batchSize: 32 },
  },
  { title: 'CartPole, 256 and 256 units', env: 'CartPole-v1', config: { hiddenSizes: [256, 256], batchSize: 128 } },
];

const FILLED = 5000;
/** Samples, and updates in each. The least sample counts: the others were disturbed. */
const SAMPLES = 25;
const UPDATES = 40;
/** At the start of a run, as every update is told. */
const progress = { step: 0, totalSteps: 1 };

const engine = await createEngine('onnx');

/** Microseconds of one update with its batch. */
async function cost(method: ReplayAlgorithm, { env: id, config }: Case): Promise<number> {
  const env = makeVectorEnv(id, 1);
  const { observationSpace, actionSpace } = env.spec;
  const agent = await method.create({ spec: env.spec, config, seed: 1, engine });
  const plan = method.replay(agent.config);
  if (!plan) throw new Error(`${method.id}: the memory must be a matter of settings`);
  const { gamma, nSteps, priorities } = plan;
  const memory = { capacity: FILLED, observationSpace, actionSpace, gamma, nSteps };
  const replay = priorities ? new PrioritizedReplay({ ...memory, betaAnnealing: 1e6 }) : new UniformReplay(memory);
  const rng = new Rng(1);
  let [now, next] = [env.createStep(), env.createStep()];
  env.reset(now, 1);
  for (let i = 0; i < FILLED; i++) {
    const action = Int32Array.of(sample(actionSpace, rng) as number);
    env.step(action, next);
    const { terminated, truncated, reward } = next;
    const nextObs = terminated[0] || truncated[0] ? next.finalObs : next.obs;
    replay.add({ obs: now.obs, action, reward, nextObs, terminated, truncated });
    [now, next] = [next, now];
  }
  const update = async () => {
    const batch = replay.sample(config.batchSize, rng);
    const { priorities } = await agent.update(batch, progress);
    if (batch.index && priorities && replay instanceof PrioritizedReplay) replay.updatePriorities(batch.index, priorities);
  };
  for (let i = 0; i < 2 * UPDATES; i++) await update();
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < SAMPLES; k++) {
    const start = process.cpuUsage();
    for (let i = 0; i < UPDATES; i++) await update();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / UPDATES);
  }
  agent.dispose();
  return least;
}

const parts = [`Node ${process.version}, one thread, ${cpus()[0]?.model.trim()}.`];
for (const subject of cases) {
  const rows: string[][] = [];
  let base = 0;
  for (const method of methods) {
    const microseconds = await cost(method, subject);
    base ||= microseconds;
    rows.push([method.id, microseconds.toFixed(0), (microseconds / base).toFixed(2)]);
  }
  parts.push(table([`${subject.title}, batch of ${subject.config.batchSize}`, 'µs per update', 'times DQN'], rows));
}
const text = `${parts.join('\n\n')}\n`;
process.stdout.write(text);
if (process.argv.includes('--write')) {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('updates.md', folder), `# Cost of updates\n\nWritten by \`pnpm bench updates --write\`.\n\n${text}`);
}
