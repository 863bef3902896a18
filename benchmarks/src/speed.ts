/**
 * `pnpm bench`: speed on one core, side by side in one run.
 *
 * Update steps and one action on the compiled engine, op by op on TensorFlow.js' wasm and cpu backends, and in PyTorch; whole
 * training against Stable-Baselines3 with equal hyperparameters; environment steps. The Python side runs when `ZPIN_PYTHON` (or
 * `python3`) has torch and stable-baselines3 (`benchmarks/python/requirements.txt`). `--quick` leaves whole training out;
 * `--write` stores the tables in `benchmarks/results/speed.md`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Algorithm, createEngine, type Engine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { a2c, ppo } from '@zpin/onpolicy';
import { dqn } from '@zpin/value-based';
import { envSpeedTable } from './lib/env-speeds.ts';
import { table } from './lib/table.ts';
import { speedCases } from './lib/update-cases.ts';

const flags = new Set(process.argv.slice(2));
const folder = new URL('..', import.meta.url);
const python = process.env.ZPIN_PYTHON ?? 'python3';

/** A call that takes longer than this is timed once: op by op, a convolutional network takes half a minute. */
const LONG_CALL = 2000;

/** Median over samples of the mean milliseconds of `inner` calls, after a warm-up. */
async function milliseconds(call: () => unknown, inner: number, samples: number): Promise<number> {
  const first = performance.now();
  await call();
  const once = performance.now() - first;
  if (once > LONG_CALL) return once;
  for (let i = 0; i < 2 * inner; i++) await call();
  const means: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const start = performance.now();
    for (let i = 0; i < inner; i++) await call();
    means.push((performance.now() - start) / inner);
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
    ['compiled', await createEngine('onnx')],
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

/** Environment steps per second of whole training, over `steps` after a warm-up, as `python/sb3_training.py` measures. */
async function trainingSpeed(algorithm: Algorithm, config: object, warmup: number, steps: number): Promise<number> {
  const env = makeVectorEnv('CartPole-v1', 1);
  const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine: await createEngine('onnx') });
  let start = 0;
  for await (const event of algorithm.train({ agent, env, totalSteps: warmup + steps, seed: 1 })) {
    if (start === 0 && event.step >= warmup) start = performance.now();
  }
  const seconds = (performance.now() - start) / 1000;
  agent.dispose();
  return steps / seconds;
}

async function training(): Promise<string> {
  const zooDqn = {
    learningRate: 2.3e-3,
    batchSize: 64,
    bufferSize: 100_000,
    learningStarts: 1000,
    targetUpdateEverySteps: 10,
    trainEverySteps: 256,
    gradientSteps: 128,
    explorationFraction: 0.16,
    epsilonEnd: 0.04,
    hiddenSizes: [256, 256],
  };
  const runs = [
    ['ppo', 'PPO, CartPole-v1, SB3 defaults, 1 env', () => trainingSpeed(ppo, {}, 2048, 20_480)],
    [
      'a2c',
      'A2C, CartPole-v1, SB3 defaults, 1 env',
      () => trainingSpeed(a2c, { numEnvs: 1, entropyCoefficient: 0 }, 2000, 20_480),
    ],
    ['dqn', 'DQN, CartPole-v1, RL Zoo preset', () => trainingSpeed(dqn, zooDqn, 2048, 20_480)],
  ] as const;
  const rows: string[][] = [];
  for (const [name, title, run] of runs) {
    const [theirs] = runPython('sb3_training.py', '--algo', name);
    const ours = await run();
    const sb3 = theirs?.stepsPerSecond as number | undefined;
    rows.push([title, ours.toFixed(0), sb3?.toFixed(0) ?? '–', sb3 ? (ours / sb3).toFixed(1) : '–']);
  }
  return table(['environment steps per second', 'zpin', 'Stable-Baselines3', 'zpin / SB3'], rows);
}

const parts = [
  `Node ${process.version}, one thread, ${cpus()[0]?.model.trim()}.`,
  await updateSteps(),
  ...(flags.has('--quick') ? [] : [await training()]),
  await envSpeedTable(),
];
process.stdout.write(`${parts.join('\n\n')}\n`);
if (flags.has('--write')) {
  mkdirSync(new URL('results/', folder), { recursive: true });
  writeFileSync(new URL('results/speed.md', folder), `# Speed\n\nWritten by \`pnpm bench --write\`.\n\n${parts.join('\n\n')}\n`);
}
