import type { Env, EnvState, NumericArray, ResetOptions, SpaceValue, StepResult, VectorEnv, VectorStep } from '@zpin/contracts';
import { Collector, evaluate } from '@zpin/core';
import {
  ClipReward,
  FrameStack,
  makeEnv,
  makeVectorEnv,
  NormalizeObservation,
  NormalizeReward,
  RewardWrapper,
  SyncVectorEnv,
  TimeLimit,
  VectorWrapper,
  Wrapper,
} from '@zpin/envs';
import { makeWorkerVectorEnv } from '@zpin/envs/node';
import { behaviour, collectDataset, decodeDataset, encodeDataset, OfflineDataset } from '@zpin/offline';
import { describe, expect, it } from 'vitest';
import { train } from '../src/index.ts';

type Any = Env<SpaceValue, SpaceValue>;

class Scaled extends RewardWrapper<SpaceValue, SpaceValue> {
  protected override reward(reward: number): number {
    return reward * 0.01 - 3;
  }
}

/** A user's wrapper that knows nothing of returns. */
class Shaped extends Wrapper<SpaceValue, SpaceValue> {
  constructor(env: Any) {
    super(env);
  }

  override reset(options?: ResetOptions) {
    return this.env.reset(options);
  }

  override step(action: SpaceValue): StepResult<SpaceValue> {
    const result = this.env.step(action);
    return { ...result, reward: 100 + 2 * result.reward };
  }
}

/** Plays each action three times, and pays half of what that paid. */
class Skip extends Shaped {
  override step(action: SpaceValue): StepResult<SpaceValue> {
    let sum = 0;
    for (let k = 1; ; k++) {
      const result = this.env.step(action);
      sum += result.reward;
      if (k === 3 || result.terminated || result.truncated) return { ...result, reward: sum / 2 };
    }
  }
}

/** Plays five steps at each reset, which are nobody's. */
class Warm extends Shaped {
  override reset(options?: ResetOptions) {
    let { obs, info } = this.env.reset(options);
    for (let t = 0; t < 5; t++) ({ obs, info } = this.env.step(Float32Array.of(0)));
    return { obs, info };
  }
}

/** Steps an object of its own. */
class Bypass extends Wrapper<SpaceValue, SpaceValue> {
  readonly #inner: Any;

  constructor(inner: Any) {
    super(inner);
    this.#inner = inner;
  }

  override reset(options?: ResetOptions) {
    return this.#inner.reset(options);
  }

  override step(action: SpaceValue): StepResult<SpaceValue> {
    return this.#inner.step(action);
  }
}

/** Pendulum as someone's own class, with members that nobody else may touch. */
class Own implements Any {
  readonly #env = makeEnv('Pendulum-v1', { maxEpisodeSteps: 20 });
  readonly spec = { ...this.#env.spec };

  reset(options?: ResetOptions) {
    return this.#env.reset(options);
  }

  step(action: SpaceValue): StepResult<SpaceValue> {
    return this.#env.step(action);
  }

  state(): EnvState {
    return this.#env.state?.() ?? {};
  }

  restore(state: EnvState): void {
    this.#env.restore?.(state);
  }
}

class Cheap extends VectorWrapper {
  constructor(env: VectorEnv) {
    super(env);
  }

  override step(actions: NumericArray, out: VectorStep): void {
    this.env.step(actions, out);
    for (let i = 0; i < this.numEnvs; i++) out.reward[i] *= 1e-3;
  }

  protected override save(): EnvState {
    return {};
  }

  protected override load(): void {}
}

const pendulum = () => makeEnv('Pendulum-v1', { maxEpisodeSteps: 20 });
const vector = (make: () => Any = pendulum) => new SyncVectorEnv(make, 2);
const push = (t: number) => Float32Array.of(Math.sin(7 * t), Math.cos(5 * t));

/** Returns of 4 episodes of 20 pushes, and the sum of all rewards. */
function returnsOf(env: VectorEnv) {
  const collector = new Collector(env);
  collector.reset(5);
  const returns: number[] = [];
  let sum = 0;
  for (let t = 0; t < 40; t++) {
    const { episodes, reward } = collector.step(push(t));
    sum += reward[0] + reward[1];
    returns.push(...episodes.map(({ episodeReturn }) => episodeReturn));
  }
  env.close();
  return { returns, sum };
}

const plain = returnsOf(vector());

describe('returns of episodes are those of the environment, whatever is paid', () => {
  it.each<[string, () => VectorEnv]>([
    ['ClipReward', () => vector(() => new ClipReward(pendulum()))],
    ['a RewardWrapper', () => vector(() => new Scaled(pendulum()))],
    ['a Wrapper that changes rewards', () => vector(() => new Shaped(pendulum()))],
    ['a nest', () => vector(() => new Scaled(new TimeLimit(new Shaped(new FrameStack(new ClipReward(pendulum()), 2)), 20)))],
    ['wrappers around an environment of one own', () => vector(() => new Shaped(new ClipReward(new Own())))],
    ['NormalizeReward', () => new NormalizeReward(vector())],
    ['a VectorWrapper that changes rewards', () => new Cheap(vector())],
    [
      'all of them',
      () => new NormalizeReward(new Cheap(new NormalizeReward(vector(() => new Scaled(new ClipReward(new Own())))))),
    ],
    ['NormalizeReward around NormalizeObservation', () => new NormalizeReward(new NormalizeObservation(vector()))],
    ['a wrapper by name', () => makeVectorEnv('Pendulum-v1', 2, { maxEpisodeSteps: 20, wrappers: ['clip-reward'] })],
  ])('%s', (_, make) => {
    const { returns, sum } = returnsOf(make());
    expect(returns).toEqual(plain.returns);
    expect(sum).not.toBe(plain.sum);
  });

  it('in threads', async () => {
    const env = await makeWorkerVectorEnv('Pendulum-v1', 2, { maxEpisodeSteps: 20, wrappers: ['clip-reward'] }, { workers: 2 });
    expect(returnsOf(env).returns).toEqual(plain.returns);
  });

  it('where an action is played several times, and where a reset plays some', () => {
    const actions = Array.from({ length: 7 }, (_, t) => Float32Array.of(Math.sin(7 * t)));
    const by = (env: Any, repeats: number, skipped: number) => {
      let sum = 0;
      env.reset({ seed: 5 });
      for (let t = 0; t < skipped; t++) env.step(Float32Array.of(0));
      for (const action of actions) {
        for (let k = 0; k < repeats; k++) {
          const { reward, truncated } = env.step(action);
          sum += Math.fround(reward);
          if (truncated) return sum;
        }
      }
      return sum;
    };
    const first = (env: Any) => {
      const vector = new SyncVectorEnv(() => env, 1);
      const out = vector.createStep();
      vector.reset(out, [5]);
      let sum = 0;
      for (let t = 0; ; t++) {
        vector.step(actions[t] ?? Float32Array.of(0), out);
        sum += out.rawReward?.[0] ?? Number.NaN;
        if (out.truncated[0]) return { sum, length: t + 1 };
      }
    };
    const skipped = first(new Scaled(new Skip(pendulum())));
    expect(skipped.sum).toBeCloseTo(by(pendulum(), 3, 0), 4);
    expect(skipped.length).toBe(7);
    const warm = first(new Scaled(new Warm(makeEnv('Pendulum-v1', { maxEpisodeSteps: 12 }))));
    expect(warm.sum).toBeCloseTo(by(makeEnv('Pendulum-v1', { maxEpisodeSteps: 12 }), 1, 5), 4);
  });

  it('and those of the steps where a wrapper steps past what counts', () => {
    expect(returnsOf(vector(() => new Bypass(new Own()))).returns).toEqual(plain.returns);
    expect(returnsOf(vector(() => new Scaled(new Bypass(new Own())))).returns).not.toEqual([]);
  });

  it('in training, evaluation and data sets', async () => {
    const wrapped = (copies: number) => new NormalizeReward(new SyncVectorEnv(() => new Scaled(makeEnv('CartPole-v1')), copies));
    const ends: [number, number][] = [];
    const run = await train('ppo', wrapped, {
      steps: 256,
      config: { numEnvs: 2, rolloutLength: 32 },
      preset: false,
      onEvent: event => {
        if (event.type === 'episode') ends.push([event.episodeReturn, event.episodeLength]);
      },
    });
    expect(ends.length).toBeGreaterThan(3);
    for (const [episodeReturn, length] of ends) expect(episodeReturn).toBe(length);
    const { returns, lengths } = await evaluate(run.agent, wrapped(2), 4, 1);
    expect(returns).toEqual(lengths);
    run.dispose();

    const collect = (env: VectorEnv) =>
      collectDataset({ env, actor: behaviour({ spec: env.spec, seed: 1 }), steps: 200, seed: 1 });
    const [changed, own] = [await collect(wrapped(1)), await collect(makeVectorEnv('CartPole-v1', 1))];
    expect(changed.statistics().returns).toEqual(own.statistics().returns);
    expect(changed.transitions.reward).not.toEqual(own.transitions.reward);
    expect(decodeDataset(encodeDataset(changed)).statistics().meanReturn).toBe(own.statistics().meanReturn);
    expect(own.transitions).not.toHaveProperty('rawReward');
    const both = OfflineDataset.concat([own, changed]);
    expect(both.statistics().meanReturn).toBe(own.statistics().meanReturn);
  });
});

it('an infinite reward is refused where a wrapper would make a number of it', () => {
  class Endless extends Own {
    override step(action: SpaceValue) {
      return { ...super.step(action), reward: Number.POSITIVE_INFINITY };
    }
  }
  const wrapped = () => vector(() => new ClipReward(new Endless()));
  for (const env of [wrapped(), new NormalizeReward(wrapped()), new NormalizeReward(vector(() => new Endless()))]) {
    expect(() => returnsOf(env)).toThrow(
      /copy 0, at step 1 of its episode.*the reward must be a finite number of 32 bits, got Inf/,
    );
  }
});
