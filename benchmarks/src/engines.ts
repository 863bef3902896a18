/**
 * `pnpm bench engines [--write]`: the compiling engines side by side, program by program: acting and updates of PPO, DQN and SAC as
 * their algorithms make them, called again and again on the inputs of a short training; and whole training, compiling included.
 *
 * Engines take turns round by round; times are processor time of the process, medians over the rounds. `--write` stores the table in
 * `benchmarks/results/engines.md`.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { NumericArray } from '@zpin/contracts';
import { type Algorithm, createEngine, type Engine, type Executable } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { sac } from '@zpin/offpolicy';
import { a2c, ppo } from '@zpin/onpolicy';
import { dqn } from '@zpin/value-based';
import { table } from './lib/table.ts';
import { speedCases } from './lib/update-cases.ts';

const ROUNDS = 41;
/** Of processor time in a round, at least. */
const ROUND_MICROSECONDS = 20_000;
const engines = ['onnx', 'wasm'] as const;

/** A program that was run, with the inputs of its last call. */
interface Captured {
  readonly executable: Executable;
  inputs: Readonly<Record<string, NumericArray>>;
}

/** An engine that keeps every program by name and batch, so that it can be called again. */
function capturing(engine: Engine): { readonly engine: Engine; readonly programs: Map<string, Captured> } {
  const programs = new Map<string, Captured>();
  const build: Engine['build'] = async source => {
    const executable = await engine.build(source);
    const captured: Captured = { executable, inputs: {} };
    programs.set(source.name, captured);
    return {
      metricNames: executable.metricNames,
      run: inputs => {
        captured.inputs = Object.fromEntries(
          Object.keys(source.inputs).map(name => [name, (inputs[name] as NumericArray).slice()]),
        );
        return executable.run(inputs);
      },
      dispose: () => executable.dispose(),
    };
  };
  return { engine: { ...engine, build }, programs };
}

interface Case {
  readonly title: string;
  readonly algorithm: Algorithm;
  readonly env: string;
  readonly config: object;
  readonly steps: number;
  readonly program: RegExp;
}

const cases: readonly Case[] = [
  { title: 'PPO, SB3 defaults', algorithm: ppo, env: 'CartPole-v1', config: {}, steps: 2100, program: /update/ },
  {
    title: 'DQN, 64-64, batch 64',
    algorithm: dqn,
    env: 'CartPole-v1',
    config: { hiddenSizes: [64, 64], batchSize: 64, learningStarts: 100 },
    steps: 120,
    program: /update/,
  },
  {
    title: 'SAC, 64-64, batch 100',
    algorithm: sac,
    env: 'Pendulum-v1',
    config: { hiddenSizes: [64, 64], batchSize: 100, learningStarts: 200 },
    steps: 210,
    program: /update/,
  },
  {
    title: 'SAC, 256-256, batch 256',
    algorithm: sac,
    env: 'Pendulum-v1',
    config: { hiddenSizes: [256, 256], batchSize: 256, learningStarts: 300 },
    steps: 310,
    program: /update/,
  },
];

async function capturedCall(name: (typeof engines)[number], { algorithm, env: id, config, steps, program }: Case) {
  const { engine, programs } = capturing(await createEngine(name));
  const env = makeVectorEnv(id, 1);
  const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine });
  for await (const _ of algorithm.train({ agent, env, totalSteps: steps, seed: 1 }));
  const found = [...programs].find(([key]) => program.test(key));
  if (!found) throw new Error(`none of ${[...programs.keys()]} is the update`);
  const [, { executable, inputs }] = found;
  return () => executable.run(inputs);
}

function processorTime(call: () => unknown, calls: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < calls; i++) call();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / calls;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

/** Median microseconds of one call on each engine, in turns. */
function sideBySide(calls: readonly (() => unknown)[]): number[] {
  const counts = calls.map(call => {
    for (let i = 0; i < 20; i++) call();
    return Math.ceil(ROUND_MICROSECONDS / Math.max(1, processorTime(call, 50)));
  });
  const times: number[][] = calls.map(() => []);
  // Two rounds to compile what is hot.
  for (let round = -2; round < ROUNDS; round++) {
    for (const [k, call] of calls.entries()) {
      const time = processorTime(call, counts[k] as number);
      if (round >= 0) times[k]?.push(time);
    }
  }
  return times.map(median);
}

interface Training {
  readonly title: string;
  readonly algorithm: Algorithm;
  readonly env: string;
  readonly config: object;
  readonly steps: number;
}

const zooDqn = {
  ...{ learningRate: 2.3e-3, batchSize: 64, bufferSize: 100_000, learningStarts: 1000, targetUpdateEverySteps: 10 },
  ...{ trainEverySteps: 256, gradientSteps: 128, explorationFraction: 0.16, epsilonEnd: 0.04, hiddenSizes: [256, 256] },
};

const trainings: readonly Training[] = [
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
async function trainSideBySide({ algorithm, env: id, config, steps }: Training): Promise<number[]> {
  const times: number[][] = engines.map(() => []);
  for (let round = 0; round < 5; round++) {
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
const add = (title: string, [onnx, wasm]: readonly number[]) =>
  rows.push([title, (onnx as number).toFixed(1), (wasm as number).toFixed(1), ((wasm as number) / (onnx as number)).toFixed(2)]);
const only = process.argv.find(argument => argument.startsWith('--only='))?.slice(7) ?? '';
for (const { name, prepare } of speedCases) {
  if (!name.includes(only)) continue;
  const calls = [];
  for (const engine of engines) calls.push(await prepare(await createEngine(engine)));
  add(name, sideBySide(calls));
}
for (const subject of cases) {
  if (!subject.title.includes(only)) continue;
  const calls = [];
  for (const engine of engines) calls.push(await capturedCall(engine, subject));
  add(`update of ${subject.title}`, sideBySide(calls));
}
for (const subject of trainings) {
  if (!subject.title.includes(only)) continue;
  const [onnx, wasm] = (await trainSideBySide(subject)) as [number, number];
  trainingRows.push([`${subject.title}, ${subject.steps} steps`, onnx.toFixed(2), wasm.toFixed(2), (wasm / onnx).toFixed(2)]);
}
const text = [
  `Node ${process.version}, one thread, ${cpus()[0]?.model.trim()}.`,
  table(['processor µs per call', 'onnx', 'wasm', 'wasm / onnx'], rows),
  table(['processor seconds of whole training', 'onnx', 'wasm', 'wasm / onnx'], trainingRows),
].join('\n\n');
process.stdout.write(`${text}\n`);
if (process.argv.includes('--write'))
  writeFileSync(
    new URL('../results/engines.md', import.meta.url),
    `# Engines side by side\n\nWritten by \`pnpm bench engines --write\`.\n\n${text}\n`,
  );
