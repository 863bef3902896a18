import { type Agent, type Env, EnvError, InputError, type SpaceValue, type VectorEnv, WorkerError } from '@zpin/contracts';
import { type Algorithm, createEngine, type TrainEvent, type TrainState } from '@zpin/core';
import { makeEnv, makeVectorEnv, SyncVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { compiledEngine, differences, recordRun } from '../../../tools/testing/algorithm-case.ts';
import { a3cWith } from '../src/a3c.ts';
import { dppoWith } from '../src/dppo.ts';
import { ppo } from '../src/ppo.ts';
import { inThisThread } from '../src/workers/in-this-thread.ts';
import { a3c, dppo } from '../src/workers/node.ts';
import { engineSetup } from '../src/workers/training-worker.ts';
import { algorithmCases } from './algorithms.ts';
import './misbehaving-env.ts';

const PATIENCE = { timeout: 60_000 };
const small = { hiddenSizes: [8], rolloutLength: 8, learningRate: 1e-2 };
const [subject] = algorithmCases;

/** A whole run with its events and its last state. */
function record<Config>(algorithm: Algorithm<Config>, env: VectorEnv, config: object, totalSteps = 256, resume?: TrainState) {
  const options = { env, config: { ...small, ...config }, seed: 3, totalSteps, ...(resume && { resume }) };
  return recordRun({ ...subject, algorithm: algorithm as unknown as Algorithm }, options);
}

describe('DPPO', PATIENCE, () => {
  it.each(['CartPole-v1', 'Pendulum-v1'])('is PPO, bit for bit, with one worker on %s', async id => {
    const env = () => makeVectorEnv(id, 4, { maxEpisodeSteps: 15 });
    const config = { numEnvs: 4, batchSize: 12, epochs: 2, normalizeObservations: true, normalizeRewards: true };
    const one = await record(ppo, env(), config);
    const other = await record(dppoWith(inThisThread), env(), { ...config, workers: 1 });
    expect(other.events).toEqual(one.events);
    expect(differences(other.final.agent, one.final.agent)).toEqual([]);
  });

  it('is the same in threads as without them, and goes on in threads', async () => {
    const env = () => makeVectorEnv('Pendulum-v1', 5, { maxEpisodeSteps: 15 });
    const config = { numEnvs: 5, workers: 2, batchSize: 12, epochs: 2, normalizeObservations: true };
    const one = await record(dppoWith(inThisThread), env(), config, 400);
    const half = await record(dppo, env(), config, 200);
    const rest = await record(dppo, env(), config, 400, half.final);
    expect([...half.events, ...rest.events]).toEqual(one.events);
    expect(differences(rest.final, one.final)).toEqual([]);
  });
});

/** CartPole as an environment that has no state() and no restore(). */
function stateless(): Env {
  const env = makeEnv('CartPole-v1', { maxEpisodeSteps: 15 });
  return { spec: env.spec, reset: options => env.reset(options), step: action => env.step(action as SpaceValue) };
}

describe('without state() of the environment', PATIENCE, () => {
  it.each([
    ['dppo', dppoWith(inThisThread), { batchSize: 8, epochs: 1 }],
    ['a3c', a3cWith(inThisThread), { reportEverySteps: 16 }],
  ] as const)('%s goes on with new episodes, and says so', async (_name, algorithm, config) => {
    const env = () => new SyncVectorEnv(stateless, 2);
    const options = { ...config, numEnvs: 2, workers: 2 };
    const half = await record(algorithm as Algorithm, env(), options, 20);
    const rest = await record(algorithm as Algorithm, env(), options, 100, half.final);
    const [before, after] = [half.events, rest.events] as TrainEvent[][];
    const warned = (events: readonly TrainEvent[]) => events.filter(({ type }) => type === 'warning').length;
    expect([warned(before), warned(after)]).toEqual([1, 2]);
    expect(rest.summary.reason).toBe('finished');
    const lengths = after.flatMap(event => (event.type === 'episode' ? [event.episodeLength] : []));
    expect(Math.max(...lengths)).toBeLessThan(16);
    expect(lengths.length).toBeGreaterThan(1);
  });
});

it.each([
  ['dppo', dppoWith(inThisThread), { batchSize: 64, epochs: 1, rolloutLength: 64 }],
  ['a3c', a3cWith(inThisThread), { reportEverySteps: 256 }],
] as const)('%s in this thread lets others have their turn, who may stop it', PATIENCE, async (_name, algorithm, config) => {
  const env = makeVectorEnv('CartPole-v1', 1);
  const create = algorithm.create as Algorithm['create'];
  const settings = { ...small, ...config, numEnvs: 1, workers: 1 };
  const agent = await create({ spec: env.spec, config: settings, seed: 1, engine: await compiledEngine() });
  const stop = new AbortController();
  setTimeout(() => stop.abort());
  const run = (algorithm.train as Algorithm['train'])({ agent, env, totalSteps: 20_000_000, seed: 1, signal: stop.signal });
  for (;;) {
    const next = await run.next();
    if (!next.done) continue;
    expect(next.value.reason).toBe('stopped');
    expect(next.value.steps).toBeLessThan(20_000_000);
    break;
  }
  agent.dispose();
});

it('tells workers the backend of TensorFlow.js that the learner has', async () => {
  const engine = await createEngine('tensorflow', { backend: 'cpu' });
  expect(engineSetup(engine)).toEqual({ engine: 'tensorflow', backend: 'cpu', choices: null });
  const chosen = await createEngine('onnx+wasm', { choices: {} });
  expect(engineSetup(chosen)).toEqual({ engine: 'onnx+wasm', backend: null, choices: {} });
});

describe('A3C', PATIENCE, () => {
  it('with one worker is the same in a thread as without it, and goes on in a thread', async () => {
    const env = () => makeVectorEnv('CartPole-v1', 3, { maxEpisodeSteps: 15 });
    const config = { numEnvs: 3, workers: 1, rolloutLength: 4, reportEverySteps: 60 };
    const one = await record(a3cWith(inThisThread), env(), config, 240);
    const half = await record(a3c, env(), config, 120);
    const rest = await record(a3c, env(), config, 240, half.final);
    expect([...half.events, ...rest.events]).toEqual(one.events);
    expect(differences(rest.final, one.final)).toEqual([]);
  });

  it('with two workers learns from both, each in its own episodes, on shared parameters', async () => {
    const env = makeVectorEnv('CartPole-v1', 2, { maxEpisodeSteps: 15 });
    const { events, final, summary } = await record(
      a3c,
      env,
      { numEnvs: 2, workers: 2, rolloutLength: 4, reportEverySteps: 400 },
      2000,
    );
    expect(summary.steps).toBeGreaterThanOrEqual(2000);
    // Each may have begun a last rollout while the other one finished.
    expect(summary.steps).toBeLessThan(2000 + 2 * 2 * 4);
    expect(summary.updates).toBe(summary.steps / 4);
    const episodes = events as { readonly type: string; readonly envIndex: number }[];
    expect(new Set(episodes.filter(({ type }) => type === 'episode').map(({ envIndex }) => envIndex))).toEqual(new Set([0, 1]));
    const { vectors } = final.agent as { vectors: { meanSquare: Float32Array } };
    expect(vectors.meanSquare.some(value => value > 0)).toBe(true);
  });
});

describe.each([a3c, dppo] as unknown as Algorithm[])('$id with a worker that fails', PATIENCE, algorithm => {
  const config = { ...small, numEnvs: 2, workers: 2, ...(algorithm.id === 'a3c' && { reportEverySteps: 16 }) };

  /** Trains until it fails; the error, and the states of the checkpoints before. */
  async function fail(deed: string, more: object = {}) {
    const env = makeVectorEnv('Misbehaving-v0', 2, { deed });
    const agent = await algorithm.create({
      spec: env.spec,
      config: { ...config, ...more },
      seed: 1,
      engine: await compiledEngine(),
    });
    const saved: { readonly step: number; readonly state: TrainState }[] = [];
    const run = algorithm.train({ agent, env, totalSteps: 400, seed: 1 });
    try {
      for await (const event of run) if (event.type === 'checkpoint') saved.push(event);
    } catch (error) {
      return { error: error as Error, saved };
    } finally {
      agent.dispose();
    }
    throw new Error('the run must fail');
  }

  it.each([
    [
      'throw',
      EnvError,
      /^(a3c|dppo): worker [01]: Misbehaving-v0\.step: the environment must not throw, got "the motor is on fire"/,
    ],
    ['exit', WorkerError, /^(a3c|dppo): worker [01]: the thread must live, got "an end with code 3"/],
  ])('by %s ends with its message and a checkpoint to go on from', async (deed, kind, text) => {
    const { error, saved } = await fail(deed, { workerTimeout: 1000 });
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(text);
    expect(saved.length).toBe(1);
    const [{ step, state }] = saved;
    expect(step).toBeGreaterThan(0);
    // The environment is well again, and the run is finished.
    const well = algorithm.id === 'a3c' ? a3cWith(inThisThread) : dppoWith(inThisThread);
    const rest = await record(well as unknown as Algorithm, makeVectorEnv('Misbehaving-v0', 2), config, 160, state);
    expect(rest.summary.steps).toBeGreaterThanOrEqual(160);
    expect((rest.events[0] as TrainEvent).step).toBeGreaterThan(step);
  });

  it('by making no step ends in time', async () => {
    const { error, saved } = await fail('hang', { workerTimeout: 6 });
    expect(error).toBeInstanceOf(WorkerError);
    expect(error.message).toMatch(/worker [01]: the worker must make a step within 6 s, got "none"/);
    expect(saved.length).toBe(1);
  });

  it('to start says why', async () => {
    const env = makeVectorEnv('CartPole-v1', 2);
    const broken = new SyncVectorEnv(() => env as never, 2, { id: 'Missing-v0', options: {}, library: '@zpin/envs' });
    const given = { ...env, numEnvs: 2, source: broken.source, createStep: () => env.createStep() } as VectorEnv;
    const agent: Agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine: await compiledEngine() });
    await expect(algorithm.train({ agent, env: given, totalSteps: 10, seed: 1 }).next()).rejects.toThrow(
      /registered, got "Missing-v0"/,
    );
    const { source: _, ...unnamed } = given;
    await expect(algorithm.train({ agent, env: unnamed, totalSteps: 10, seed: 1 }).next()).rejects.toThrow(InputError);
    agent.dispose();
  });
});

it.each([a3c, dppo] as unknown as Algorithm[])('$id refuses more workers than environments', async algorithm => {
  const { spec } = makeVectorEnv('CartPole-v1', 2);
  const create = async () =>
    algorithm.create({ spec, config: { workers: 3, numEnvs: 2 }, seed: 1, engine: await compiledEngine() });
  await expect(create).rejects.toThrow(`${algorithm.id}: workers must be at most numEnvs = 2, got 3.`);
});
