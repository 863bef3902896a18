/**
 * `pnpm bench offpolicy [--write]`: speed of DDPG, TD3 and SAC on one core.
 *
 * One update with two hidden layers of 256 units and batches of 256 on the spaces of HalfCheetah, beside the arithmetic that it
 * cannot do without and the rate at which this machine multiplies matrices. All times are processor time of the process, so that other
 * work on the machine does not disturb them. Whole training beside other libraries is measured by `pnpm bench peer-speed`.
 * `--write` stores the tables in `benchmarks/results/offpolicy.md`.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { box, type EnvSpec, Rng } from '@zpin/contracts';
import { createEngine, program, type ReplayAlgorithm, Store } from '@zpin/core';
import { ddpg, sac, td3 } from '@zpin/offpolicy';
import { table } from './lib/table.ts';
import { updateFlops } from './lib/update-flops.ts';

const folder = new URL('..', import.meta.url);
const engine = await createEngine('onnx');
const rng = new Rng(1);
const sizes = { batchSize: 256, obsSize: 17, actionSize: 6, hiddenSizes: [256, 256] };
const algorithms = { ddpg, td3, sac } as const;
type Name = keyof typeof algorithms;
const names = Object.keys(algorithms) as Name[];
/** In the middle of a run. */
const progress = { step: 1000, totalSteps: 2000 };

/** Least processor milliseconds per call over some samples. */
async function processorMilliseconds(call: () => unknown, inner: number): Promise<number> {
  for (let i = 0; i < inner; i++) await call();
  let least = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < 10; sample++) {
    const start = process.cpuUsage();
    for (let i = 0; i < inner; i++) await call();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000 / inner);
  }
  return least;
}

const random = (size: number) => rng.uniformInto(new Float32Array(size), -1, 1);

/** Floating point operations per second in products of 256 × 256 matrices. */
async function matrixRate(): Promise<number> {
  const [size, products] = [256, 16];
  const store = new Store(engine, { a: random(size * size), b: random(size * size) });
  const chain = program(store, {
    name: 'products',
    inputs: {},
    run: ({ a, b }) => {
      let product: tf.Tensor = tf.reshape(a, [size, size]);
      for (let i = 0; i < products; i++) product = tf.matMul(product, tf.reshape(b, [size, size]));
      return { outputs: { largest: tf.max(product) } };
    },
  });
  const milliseconds = await processorMilliseconds(() => chain({}), 50);
  return (products * 2 * size ** 3 * 1000) / milliseconds;
}

async function updates(): Promise<string> {
  const { batchSize: size, obsSize, actionSize, hiddenSizes } = sizes;
  const spec: EnvSpec = {
    id: 'HalfCheetah-like',
    observationSpace: box({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, shape: [obsSize] }),
    actionSpace: box({ low: -1, high: 1, shape: [actionSize] }),
    maxEpisodeSteps: 1000,
    rewardThreshold: null,
  };
  const batch = {
    ...{ size, obs: random(size * obsSize), action: random(size * actionSize), reward: random(size) },
    ...{ nextObs: random(size * obsSize), discount: random(size).fill(0.99) },
  };
  const rate = await matrixRate();
  const rows: string[][] = [];
  for (const name of names) {
    const algorithm: ReplayAlgorithm = algorithms[name];
    const agent = await algorithm.create({ spec, config: { hiddenSizes, batchSize: size }, seed: 1, engine });
    // Updates in pairs: every second one of TD3 moves the policy.
    const milliseconds = await processorMilliseconds(() => agent.update(batch, progress), 60);
    const flops = updateFlops(name, sizes);
    const reached = (flops / milliseconds) * 1000;
    rows.push([
      name,
      (flops / 1e6).toFixed(0),
      milliseconds.toFixed(2),
      (reached / 1e9).toFixed(0),
      (rate / 1e9).toFixed(0),
      `${((100 * reached) / rate).toFixed(0)} %`,
    ]);
    agent.dispose();
  }
  return table(['update, 17-256-256-6, batch 256', 'MFLOP', 'ms', 'GFLOP/s', 'matrix products, GFLOP/s', 'share'], rows);
}

const parts = [`Node ${process.version}, one thread, ${cpus()[0]?.model.trim()}.`, await updates()];
process.stdout.write(`${parts.join('\n\n')}\n`);
if (process.argv.includes('--write')) {
  const text = `# Speed of off-policy actor-critics\n\nWritten by \`pnpm bench offpolicy --write\`.\n\n${parts.join('\n\n')}\n`;
  writeFileSync(new URL('results/offpolicy.md', folder), text);
}
