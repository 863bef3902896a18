/**
 * `pnpm bench engines [--write]`: the compiling engines side by side, program by program: acting and updates of PPO, DQN and SAC as
 * their algorithms make them, called again and again on the inputs of a short training; and whole training, compiling included.
 *
 * Engines take turns round by round; times are processor time of the process, medians over the rounds. `--write` stores the table in
 * `benchmarks/results/engines.md`.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { sac } from '@zpin/offpolicy';
import { a2c, ppo } from '@zpin/onpolicy';
import { dqn } from '@zpin/value-based';
import { type CaptureCase, capturePrograms } from './lib/captured-programs.ts';
import { median, sideBySide } from './lib/side-by-side.ts';
import { table } from './lib/table.ts';
import { speedCases } from './lib/update-cases.ts';

const ROUNDS = 21;
const engines = ['onnx', 'wasm', 'onnx+wasm'] as const;

const cases: readonly CaptureCase[] = [
  { title: 'PPO, SB3 defaults', algorithm: ppo, env: 'CartPole-v1', config: {}, steps: 2100 },
  {
    title: 'DQN, 64-64, batch 64',
    algorithm: dqn,
    env: 'CartPole-v1',
    config: { hiddenSizes: [64, 64], batchSize: 64, learningStarts: 100 },
    steps: 120,
  },
  {
    title: 'SAC, 64-64, batch 100',
    algorithm: sac,
    env: 'Pendulum-v1',
    config: { hiddenSizes: [64, 64], batchSize: 100, learningStarts: 200 },
    steps: 210,
  },
  {
    title: 'SAC, 256-256, batch 256',
    algorithm: sac,
    env: 'Pendulum-v1',
    config: { hiddenSizes: [256, 256], batchSize: 256, learningStarts: 300 },
    steps: 310,
  },
];

async function updateCall(name: (typeof engines)[number], subject: CaptureCase) {
  const programs = await capturePrograms(await createEngine(name), subject);
  const found = programs.find(({ source }) => source.name.includes('update'));
  if (!found) throw new Error(`none of ${programs.map(({ source }) => source.name)} is the update`);
  return () => found.executable.run(found.inputs);
}

const zooDqn = {
  ...{ learningRate: 2.3e-3, batchSize: 64, bufferSize: 100_000, learningStarts: 1000, targetUpdateEverySteps: 10 },
  ...{ trainEverySteps: 256, gradientSteps: 128, explorationFraction: 0.16, epsilonEnd: 0.04, hiddenSizes: [256, 256] },
};

const trainings: readonly CaptureCase[] = [
  { title: 'PPO, CartPole-v1, SB3 defaults', algorithm: ppo, env: 'CartPole-v1', config: {}, steps: 20_480 },
  {
    title: 'A2C, CartPole-v1, SB3 defaults',
    algorithm: a2c,
    env: 'CartPole-v1',
    config: { numEnvs: 1, entropyCoefficient: 0 },
    steps: 20_480,
  },
  { title: 'DQN, CartPole-v1, RL Zoo preset', algorithm: dqn, env: 'CartPole-v1', config: zooDqn, steps: 10_240 },
  {
    title: 'DQN, the same with 64-64',
    algorithm: dqn,
    env: 'CartPole-v1',
    config: { ...zooDqn, hiddenSizes: [64, 64] },
    steps: 10_240,
  },
  {
    title: 'SAC, Pendulum-v1, 64-64, batch 100',
    algorithm: sac,
    env: 'Pendulum-v1',
    config: { hiddenSizes: [64, 64], batchSize: 100, learningStarts: 100 },
    steps: 3000,
  },
];

/** Median processor seconds of whole training on each engine, in turns. */
async function trainSideBySide({ algorithm, env: id, config, steps }: CaptureCase): Promise<number[]> {
  const times: number[][] = engines.map(() => []);
  for (let round = 0; round < 3; round++) {
    for (const [k, name] of engines.entries()) {
      const env = makeVectorEnv(id, 1);
      const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine: await createEngine(name) });
      const start = process.cpuUsage();
      for await (const _ of algorithm.train({ agent, env, totalSteps: steps, seed: 1 }));
      const { user, system } = process.cpuUsage(start);
      times[k]?.push((user + system) / 1e6);
      agent.dispose();
    }
  }
  return times.map(median);
}

const rows: string[][] = [];
const trainingRows: string[][] = [];
/** Times, and the share of each other engine in that of `onnx`. */
const row = (title: string, times: readonly number[], digits: number): string[] => {
  const [onnx, ...others] = times as [number, ...number[]];
  return [title, ...times.map(time => time.toFixed(digits)), ...others.map(time => (time / onnx).toFixed(2))];
};
const only = process.argv.find(argument => argument.startsWith('--only='))?.slice(7) ?? '';
for (const { name, prepare } of speedCases) {
  if (!name.includes(only)) continue;
  const calls = [];
  for (const engine of engines) calls.push(await prepare(await createEngine(engine)));
  rows.push(row(name, sideBySide(calls, ROUNDS), 1));
}
for (const subject of cases) {
  if (!subject.title.includes(only)) continue;
  const calls = [];
  for (const engine of engines) calls.push(await updateCall(engine, subject));
  rows.push(row(`update of ${subject.title}`, sideBySide(calls, ROUNDS), 1));
}
for (const subject of trainings) {
  if (!subject.title.includes(only)) continue;
  trainingRows.push(row(`${subject.title}, ${subject.steps} steps`, await trainSideBySide(subject), 2));
}
const columns = [...engines, 'wasm / onnx', 'onnx+wasm / onnx'];
const text = [
  `Node ${process.version}, one thread, ${cpus()[0]?.model.trim()}.`,
  table(['processor µs per call', ...columns], rows),
  table(['processor seconds of whole training', ...columns], trainingRows),
].join('\n\n');
process.stdout.write(`${text}\n`);
if (process.argv.includes('--write'))
  writeFileSync(
    new URL('../results/engines.md', import.meta.url),
    `# Engines side by side\n\nWritten by \`pnpm bench engines --write\`.\n\n${text}\n`,
  );
