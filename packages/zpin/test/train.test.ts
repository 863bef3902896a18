import { readFileSync, rmSync } from 'node:fs';
import { ConfigError, type Env, type EnvSpec, InputError, SpaceError, type VectorEnv } from '@zpin/contracts';
import type { AnyAlgorithm } from '@zpin/core';
import { CartPole, SyncVectorEnv } from '@zpin/envs';
import { dqn } from '@zpin/value-based';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { load, openRun, type RunEvent, type RunOptions, resume, type TrainingRun, train } from '../src/index.ts';
import { RunFolder } from '../src/node.ts';

inScratchFolder();

/** Settings with which a few hundred steps take a fraction of a second. */
const small = { learningStarts: 50, batchSize: 16, bufferSize: 300, hiddenSizes: [8] };
/** Plans the same exploration for runs of different lengths. */
const even = { ...small, epsilonStart: 0.1, epsilonEnd: 0.1 };
const weightsOf = async (run: Pick<TrainingRun, 'policy'>) => (await run.policy())?.weights;

describe('train', () => {
  it('starts from the preset, and what is given wins', async () => {
    const run = await train('dqn', 'CartPole-v1', { steps: 60, config: small });
    expect(run.description).toMatchObject({ algorithm: 'dqn', env: 'CartPole-v1', seed: 1, steps: 60, config: small });
    const tuned = dqn.presets['CartPole-v1']?.config;
    expect(run.description.config).toMatchObject({ ...tuned, ...small });
    const plain = await train('dqn', 'CartPole-v1', { steps: 60, config: small, preset: false });
    expect(plain.description.config).toEqual(dqn.config.parse(small));
    expect(run.summary).toMatchObject({ reason: 'finished', steps: 60, updates: 10 });
    expect(run.folder).toBeNull();
  });

  it('keeps in its folder why it failed, and says that there is no checkpoint', async () => {
    let left = 40;
    const broken = (): Env => {
      const inner = new CartPole();
      return {
        ...{ spec: inner.spec, reset: given => inner.reset(given) },
        step: action => {
          if (--left === 0) throw new Error('out of poles');
          return inner.step(action as number);
        },
      };
    };
    const options = { steps: 100, config: small, saveTo: 'failed', preset: false } as const;
    await expect(train('dqn', copies => new SyncVectorEnv(broken, copies), options)).rejects.toThrow(
      /must not throw, got "out of poles"/,
    );
    const last = readFileSync('failed/log.jsonl', 'utf8').trimEnd().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({
      ...{ type: 'end', how: 'failed' },
      message: expect.stringMatching(/must not throw, got "out of poles"/),
    });
    rmSync('failed/checkpoint.bin', { force: true });
    for (const again of [
      load('failed', { env: copies => new SyncVectorEnv(() => new CartPole(), copies) }),
      resume('failed', { env: copies => new SyncVectorEnv(() => new CartPole(), copies) }),
    ]) {
      await expect(again).rejects.toThrow(/the run must have a checkpoint, got "none in .*failed yet"/);
    }
    await expect(train('dqn', 'CartPole-v1', options)).rejects.toThrow(/Choose another folder, or delete it/);
  });

  it('gives the same bits for the same seed, and others for another', async () => {
    const weights = await Promise.all(
      [3, 3, 4].map(async seed => weightsOf(await train('dqn', 'CartPole-v1', { steps: 120, seed, config: small }))),
    );
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[2]).not.toEqual(weights[0]);
  });

  it('tells of episodes, updates, evaluations and checkpoints', async () => {
    const seen: RunEvent[] = [];
    await train('dqn', 'CartPole-v1', {
      ...{ steps: 100, config: small, checkpointEverySteps: 50 },
      evaluation: { everySteps: 50, episodes: 2 },
      onEvent: event => seen.push(event),
    });
    expect(new Set(seen.map(({ type }) => type))).toEqual(new Set(['step', 'episode', 'update', 'eval', 'checkpoint']));
    expect(seen.flatMap(event => (event.type === 'checkpoint' ? [event.step] : []))).toEqual([50, 100]);
    expect(seen.flatMap(event => (event.type === 'eval' ? [event.step, event.returns.length] : []))).toEqual([50, 2, 100, 2]);
    for (const event of seen) if (event.type === 'update') expect(event.metrics.loss).toBeGreaterThanOrEqual(0);
  });

  it('gives an agent that acts and is evaluated by itself, in an environment of its own', async () => {
    const run = await train('dqn', 'CartPole-v1', { steps: 60, config: small });
    const { returns, meanReturn } = await run.evaluate({ episodes: 12, seed: 5 });
    expect(returns).toHaveLength(12);
    expect(meanReturn).toBeCloseTo(returns.reduce((sum, value) => sum + value, 0) / 12, 10);
    expect((await run.evaluate({ episodes: 12, seed: 5 })).returns).toEqual(returns);
    expect([0, 1]).toContain(await run.act(Float32Array.of(0, 0, 0.1, 0)));
    run.dispose();
  });

  it('takes an environment and an algorithm of one’s own', async () => {
    const mine: typeof dqn = { ...dqn, id: 'my-dqn', presets: {} };
    const open = (copies: number): VectorEnv => new SyncVectorEnv(() => new ShortPole(), copies);
    const run = await train(mine, open, { steps: 80, config: small, saveTo: 'mine' });
    expect(run.description).toMatchObject({ algorithm: 'my-dqn', env: 'ShortPole-v0' });
    await expect(load('mine')).rejects.toThrow('load: the algorithm must be known, got "my-dqn".');
    await expect(load('mine', { algorithm: mine })).rejects.toThrow('must be a known environment, got "ShortPole-v0"');
    await expect(load('mine', { algorithm: dqn, env: open })).rejects.toThrow(/my-dqn, got "dqn"\. Pass what the run was begun/);
    const found = await load('mine', { algorithm: mine, env: open });
    expect(await weightsOf(found)).toEqual(await weightsOf(run));
    const longer = await resume('mine', { algorithm: mine, env: open, steps: 100 });
    expect(longer.step).toBe(100);
  });

  it('makes no more copies of an environment of one’s own than it plays in, and closes those that it does not', async () => {
    const made: VectorEnv[] = [];
    let closed = 0;
    const open = (copies: number): VectorEnv => {
      const env = new SyncVectorEnv(() => new ShortPole(), copies);
      const close = env.close.bind(env);
      env.close = () => {
        closed++;
        close();
      };
      made.push(env);
      return env;
    };
    const one = await train('dqn', open, { steps: 60, config: small });
    expect([made.map(({ numEnvs }) => numEnvs), closed]).toEqual([[1], 0]);
    expect(one.env).toBe(made[0]);
    one.dispose();
    const two = await train('dqn', open, { steps: 60, config: { ...small, numEnvs: 2 } });
    expect([made.map(({ numEnvs }) => numEnvs), closed]).toEqual([[1, 1, 2], 2]);
    two.dispose();
    await expect(train('dqn', open, { config: { gamma: 2 } })).rejects.toThrow('gamma');
    expect([made.length, closed]).toEqual([4, 4]);
  });

  it('can be left, and goes no further', async () => {
    const run = await openRun('dqn', 'CartPole-v1', { config: small });
    let left = 0;
    for await (const event of run.events()) {
      left = event.step;
      if (left >= 60) break;
    }
    expect([run.step, run.summary]).toEqual([60, null]);
    expect(left).toBe(60);
    await expect(run.events().next()).rejects.toThrow('events: a run can be trained once, got "twice". Open another run.');
  });
});

/** CartPole with another name and a limit of 20 steps. */
class ShortPole extends CartPole {
  override readonly spec: EnvSpec = { ...new CartPole().spec, id: 'ShortPole-v0', maxEpisodeSteps: 20 };
}

describe('a run that was saved', () => {
  it('goes on bit for bit as if it had never stopped', async () => {
    const whole = await train('dqn', 'CartPole-v1', { steps: 200, config: even, saveTo: 'whole' });
    const stop = new AbortController();
    const part = await train('dqn', 'CartPole-v1', {
      ...{ steps: 200, config: even, saveTo: 'part', signal: stop.signal },
      onEvent: ({ step }) => step >= 90 && stop.abort(),
    });
    expect(part.summary?.reason).toBe('stopped');
    expect(part.step).toBeLessThan(200);
    const rest = await resume('part');
    expect(rest.summary).toEqual(whole.summary);
    expect(rest.summary).toMatchObject({ reason: 'finished', steps: 200 });
    expect(await weightsOf(rest)).toEqual(await weightsOf(whole));
    const state = (path: string) => {
      const folder = new RunFolder(path);
      return folder.readCheckpoint('test', folder.describe('test')).state;
    };
    expect(state('part')).toEqual(state('whole'));
  });

  it('is loaded to act as it did', async () => {
    const { agent, act, step, description, evaluate } = await load('whole');
    const run = await resume('whole', { steps: 210 });
    expect([step, description.steps]).toEqual([200, 200]);
    expect(agent.config).toMatchObject(even);
    expect([0, 1]).toContain(await act(Float32Array.of(0, 0, 0, 0)));
    expect((await evaluate({ episodes: 3 })).returns).toHaveLength(3);
    expect(run.step).toBe(210);
  });

  it('is none where there is none, or nothing is left to do', async () => {
    await expect(load('nowhere')).rejects.toThrow(/^load: the run folder must exist, got ".*nowhere"\./);
    await expect(resume('nowhere')).rejects.toThrow(/^resume: the run folder must exist/);
    await expect(resume('whole')).rejects.toThrow(
      /^resume: there must be steps left, got "210 of 210 done"\. Give more by steps/,
    );
    const again = train('dqn', 'CartPole-v1', { saveTo: 'whole' });
    await expect(again).rejects.toThrow(/^train: saveTo must be new or empty, got ".*whole"\. .* resume\('.*whole'\)/);
  });
});

describe('what does not fit', () => {
  it.each<[string, string, string, RunOptions<never>, new (text: string) => InputError, RegExp]>([
    ['an algorithm', 'dqm', 'CartPole-v1', {}, InputError, /^train: the algorithm must be known, got "dqm"\. Did you mean dqn/],
    ['an environment', 'dqn', 'CartPole', {}, InputError, /^train: env must be a known environment, .* Did you mean CartPole-v1/],
    ['actions', 'dqn', 'Pendulum-v1', {}, SpaceError, /^dqn: actions of Pendulum-v1 must be Discrete, got /],
    ['a seed', 'dqn', 'CartPole-v1', { seed: -1 }, ConfigError, /^train: seed must be an integer >= 0, got -1/],
    ['steps', 'dqn', 'CartPole-v1', { steps: 0 }, ConfigError, /^train: steps must be an integer >= 1, got 0/],
    ['hindsight', 'ppo', 'BitFlip-v0', { her: 'future:4' }, InputError, /^train: her needs an algorithm with a replay memory/],
    ['no data', 'bc', 'CartPole-v1', {}, InputError, /^train: dataset must be given, got "nothing"\. Make one, .*collectDataset/],
    ['data', 'ppo', 'CartPole-v1', { dataset: 'x' }, InputError, /^train: dataset goes with an offline algorithm, got "x"/],
    ['a wrapper', 'dqn', 'CartPole-v1', { wrappers: ['x'] }, InputError, /got "x"/],
    ['an option', 'dqn', 'CartPole-v1', { envOptions: { x: 1 } }, InputError, /got "x"/],
    ['a range', 'dqn', 'CartPole-v1', { config: { gamma: 2 } as never }, ConfigError, /^train: gamma must be .*\[0, 1\], got 2/],
    [
      'a name',
      'dqn',
      'CartPole-v1',
      { config: { gama: 1 } as never },
      ConfigError,
      /^train: gama must be a known setting, got "gama"\. Write gamma\./,
    ],
  ])('%s is named before anything is made', async (_, algorithm, env, options, kind, expected) => {
    const refused = train(algorithm as 'dqn', env, { steps: 50, ...options, saveTo: 'refused' });
    await expect(refused).rejects.toThrow(kind);
    await expect(train(algorithm as 'dqn', env, { steps: 50, ...options })).rejects.toThrow(expected);
    await expect(load('refused')).rejects.toThrow('must exist');
  });

  it('options of an environment go with its name', async () => {
    const open = (copies: number) => new SyncVectorEnv(() => new CartPole(), copies);
    await expect(train('dqn', open, { wrappers: ['time-observation'] })).rejects.toThrow(
      'train: wrappers must go with an environment by its name, got "a function". Put options and wrappers into',
    );
  });
});

it('settings have the types of their algorithm', () => {
  const check = (_: () => unknown) => undefined;
  check(() => train('ppo', 'CartPole-v1', { config: { clipRange: 0.1 } }));
  // @ts-expect-error: DQN has no clipped ratio.
  check(() => train('dqn', 'CartPole-v1', { config: { clipRange: 0.1 } }));
  // @ts-expect-error: a number.
  check(() => train('ppo', 'CartPole-v1', { config: { clipRange: '0.1' } }));
  // @ts-expect-error: no such algorithm.
  check(() => train('pppo', 'CartPole-v1'));
  check(() => train(dqn, 'CartPole-v1', { config: { bufferSize: 10 } }));
  // @ts-expect-error: nor has DQN when it is passed itself.
  check(() => train(dqn, 'CartPole-v1', { config: { clipRange: 0.1 } }));
  check((): AnyAlgorithm => dqn);
});
