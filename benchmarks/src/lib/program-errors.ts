import type { NumericArray } from '@zpin/contracts';
import type { Engine, Executable, StateVector } from '@zpin/core';
import { ddpg, sac } from '@zpin/offpolicy';
import { a2c, ppo } from '@zpin/onpolicy';
import { c51, dqn } from '@zpin/value-based';
import { type CaptureCase, type Captured, capturePrograms } from './captured-programs.ts';

/** How far one result is from what it should be. */
export interface Found {
  readonly group: string;
  readonly name: string;
  /** Relative; not a number where there is no result. */
  readonly error: number;
  /** Why there is none. */
  readonly problem: string | null;
}

const CALLS = 10;
const sizes = { hiddenSizes: [24, 24] };
const offPolicy = { ...sizes, batchSize: 32, learningStarts: 32 };

const cases: readonly CaptureCase[] = [
  { title: 'PPO', algorithm: ppo, env: 'CartPole-v1', config: { ...sizes, numEnvs: 2, rolloutLength: 32 }, steps: 70 },
  {
    title: 'PPO, continuous',
    algorithm: ppo,
    env: 'Pendulum-v1',
    config: { ...sizes, numEnvs: 2, rolloutLength: 32 },
    steps: 70,
  },
  { title: 'A2C', algorithm: a2c, env: 'CartPole-v1', config: { ...sizes, numEnvs: 2 }, steps: 30 },
  { title: 'DQN', algorithm: dqn, env: 'CartPole-v1', config: offPolicy, steps: 45 },
  { title: 'C51', algorithm: c51, env: 'CartPole-v1', config: offPolicy, steps: 45 },
  { title: 'SAC', algorithm: sac, env: 'Pendulum-v1', config: offPolicy, steps: 45 },
  { title: 'DDPG', algorithm: ddpg, env: 'Pendulum-v1', config: offPolicy, steps: 45 },
];

/** Calls every program of short trainings on both engines, from one state and on the same inputs. */
export async function programErrors(engine: Engine, reference: Engine): Promise<Found[]> {
  const found: Found[] = [];
  for (const subject of cases) {
    for (const captured of await capturePrograms(reference, subject)) {
      const name = `${subject.title}: ${captured.source.name}`;
      try {
        found.push({ group: 'program', name, error: await errorOf(captured, engine, reference), problem: null });
      } catch (error) {
        found.push({ group: 'program', name, error: Number.NaN, problem: String(error).split('\n')[0] });
      }
    }
  }
  return found;
}

async function errorOf(captured: Captured, engine: Engine, reference: Engine): Promise<number> {
  const start = await numbersOf(captured.source.state);
  const [actual, expected] = [await calls(captured, engine, start), await calls(captured, reference, start)];
  let largest = 0;
  for (const [key, numbers] of Object.entries(expected)) {
    const scale = numbers.reduce((size, value) => Math.max(size, Math.abs(value)), 1e-3);
    for (const [i, value] of numbers.entries()) {
      const error = Math.abs((actual[key]?.[i] ?? Number.NaN) - value) / scale;
      if (!(error <= largest)) largest = error;
    }
  }
  return largest;
}

/** State and outputs after some calls, by name. */
async function calls(
  { source, inputs }: Captured,
  engine: Engine,
  start: Readonly<Record<string, Float32Array>>,
): Promise<Record<string, readonly number[]>> {
  const state = Object.fromEntries(Object.entries(start).map(([name, values]) => [name, engine.allocate(values)]));
  const executable: Executable = await engine.build({ ...source, state });
  let outputs: Readonly<Record<string, NumericArray>> = {};
  let metrics: Readonly<Record<string, number>> = {};
  for (let call = 0; call < CALLS; call++) {
    const results = await executable.run(inputs);
    [outputs, metrics] = [results.outputs, await results.metrics()];
  }
  const after = await numbersOf(state);
  const numbers: Record<string, readonly number[]> = Object.fromEntries(
    Object.entries({ ...after, ...outputs }).map(([name, values]) => [name, Array.from(values)]),
  );
  for (const [name, value] of Object.entries(metrics)) numbers[`metric ${name}`] = [value];
  executable.dispose();
  for (const vector of Object.values(state)) vector.dispose();
  return numbers;
}

async function numbersOf(state: Readonly<Record<string, StateVector>>): Promise<Record<string, Float32Array>> {
  const numbers: Record<string, Float32Array> = {};
  for (const [name, vector] of Object.entries(state)) numbers[name] = await vector.read();
  return numbers;
}
