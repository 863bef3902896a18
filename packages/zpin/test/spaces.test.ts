import { box, type Env, type EnvSpec, type SpaceValue, type VectorEnv } from '@zpin/contracts';
import { createEngine, evaluate } from '@zpin/core';
import { loadPolicy } from '@zpin/core/node';
import { makeEnv, makeVectorEnv, SyncVectorEnv } from '@zpin/envs';
import { behaviour, collectDataset } from '@zpin/offline';
import { dqn } from '@zpin/value-based';
import { beforeAll, describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { load, resume, type TrainingRun, train } from '../src/index.ts';

inScratchFolder();

/** An environment of Gymnasium under another name, or with other spaces of the same flat size. */
function disguised(id: string, changes: Partial<EnvSpec>) {
  return (copies: number): VectorEnv =>
    new SyncVectorEnv((): Env => {
      const env = makeEnv(id);
      const spec = { ...env.spec, ...changes };
      return { spec, reset: options => env.reset(options), step: action => env.step(action as SpaceValue) };
    }, copies);
}

const small = { hiddenSizes: [8], learningStarts: 20, batchSize: 8, bufferSize: 100 };
/** Two numbers are seen and one is played in both, so that flat rows agree. */
const continuous = disguised('MountainCarContinuous-v0', { id: 'MountainCar-v0' });
const refusal =
  /the environment must have the spaces of the agent, MountainCar-v0, Box\(\[2\], float32\) to Discrete\(3\), got "MountainCar(Continuous)?-v0, Box\(\[2\], float32\) to Box\(\[1\], float32\)"\. Use that environment/;

let run: TrainingRun;
beforeAll(async () => {
  run = await train('dqn', 'MountainCar-v0', { steps: 60, config: small, preset: false, saveTo: 'car' });
});

describe('an agent for Discrete(3) does not drive MountainCarContinuous', () => {
  it('in evaluation, as an agent, as a saved policy, and inside of a behaviour', async () => {
    const engine = await createEngine();
    const saved = loadPolicy('car/policy.bin', { algorithms: [dqn], engine });
    const { spec } = makeVectorEnv('MountainCar-v0', 1);
    for (const actor of [run.agent, saved, behaviour({ spec, seed: 1, actor: run.agent })]) {
      const env = makeVectorEnv('MountainCarContinuous-v0', 1);
      await expect(evaluate(actor, env, 1, 1)).rejects.toThrow(refusal);
      await expect(collectDataset({ env, actor, steps: 10, seed: 1 })).rejects.toThrow(refusal);
    }
    expect(() => behaviour({ spec: continuous(1).spec, seed: 1, actor: run.agent })).toThrow(refusal);
    saved.dispose();
  });

  it('in training, where it is trained and where it is evaluated', async () => {
    const agent = await dqn.create({ spec: run.spec, config: small, seed: 1, engine: await createEngine() });
    const right = makeVectorEnv('MountainCar-v0', 1);
    const wrong = makeVectorEnv('MountainCarContinuous-v0', 1);
    const first = (env: VectorEnv, evaluated: VectorEnv) => {
      const evaluation = { env: evaluated, everySteps: 50, episodes: 1, seed: 1 };
      return dqn.train({ agent, env, totalSteps: 100, seed: 1, evaluation }).next();
    };
    await expect(first(wrong, right)).rejects.toThrow(refusal);
    await expect(first(right, wrong)).rejects.toThrow(refusal);
  });

  it('where a run is loaded, filmed or goes on', async () => {
    await expect(load('car', { env: continuous })).rejects.toThrow(refusal);
    await expect(load('car', { openEnv: async () => continuous(1) })).rejects.toThrow(refusal);
    await expect(resume('car', { env: continuous, steps: 100 })).rejects.toThrow(refusal);
    const found = await load('car');
    expect((await found.evaluate({ episodes: 1 })).returns).toEqual([-200]);
    found.dispose();
  });
});

it('other bounds of actions are refused, other bounds of a vector that is seen are not', async () => {
  const actor = await train('ppo', 'Pendulum-v1', { steps: 64, config: { rolloutLength: 32, numEnvs: 2 }, saveTo: 'pole' });
  const { agent, spec } = actor;
  const strong = disguised('Pendulum-v1', { actionSpace: box({ low: -20, high: 20 }) });
  await expect(evaluate(agent, strong(1), 1, 1)).rejects.toThrow(/to Box\(\[1\], float32\) from -2 to 2, got .* from -20 to 20"/);
  await expect(load('pole', { env: strong })).rejects.toThrow('load: the environment must have the spaces of the agent');
  const wide = disguised('Pendulum-v1', { observationSpace: box({ low: -99, high: 99, shape: [3] }) });
  expect((await evaluate(agent, wide(1), 1, 1)).returns).toEqual((await evaluate(agent, openPole(), 1, 1)).returns);
  const flat = disguised('Pendulum-v1', { observationSpace: box({ low: -8, high: 8, shape: [1, 3] }) });
  await expect(evaluate(agent, flat(1), 1, 1)).rejects.toThrow(/Box\(\[3\], float32\).* got .*Box\(\[1, 3\], float32\)/);
  expect(spec.id).toBe('Pendulum-v1');
});

const openPole = () => makeVectorEnv('Pendulum-v1', 1);
