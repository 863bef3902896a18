import {
  box,
  dict,
  discrete,
  type EnvSpec,
  flatten,
  multiDiscrete,
  type NumericArray,
  type Space,
  type SpaceValue,
  tuple,
  type VectorEnv,
} from '@zpin/contracts';
import { ArrayEnv, SyncVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { type AlgorithmId, type RunEvent, train } from '../src/index.ts';

/** A task of one step: what is shown of a context, and what an action in it pays. */
interface Bandit {
  readonly contexts: number;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  show(context: number): SpaceValue;
  reward(context: number, action: number): number;
}

class BanditEnv extends ArrayEnv<SpaceValue, SpaceValue> {
  protected readonly world = new Int32Array(1);
  readonly #bandit: Bandit;
  readonly #rows: readonly NumericArray[];

  constructor(bandit: Bandit) {
    const { observationSpace, actionSpace } = bandit;
    const spec: EnvSpec = { id: 'Bandit-v0', observationSpace, actionSpace, maxEpisodeSteps: null, rewardThreshold: null };
    super(spec);
    this.#bandit = bandit;
    this.#rows = Array.from({ length: bandit.contexts }, (_, context) => flatten(observationSpace, bandit.show(context)));
  }

  protected start(): void {
    this.world[0] = this.rng.integers(0, this.#bandit.contexts);
  }

  protected advance(actions: NumericArray, offset: number): void {
    this.reward = this.#bandit.reward(this.world[0], actions[offset]);
    this.terminated = true;
  }

  protected observe(out: NumericArray, offset: number): void {
    out.set(this.#rows[this.world[0]], offset);
  }
}

/** Mean reward of the greedy policy over all contexts, each of which counts the same. */
async function learned(algorithm: AlgorithmId, bandit: Bandit, steps: number, config: object): Promise<number> {
  const env = (copies: number): VectorEnv => new SyncVectorEnv(() => new BanditEnv(bandit), copies);
  const run = await train(algorithm, env, { steps, config, seed: 3 });
  const rows = Array.from({ length: bandit.contexts }, (_, context) => flatten(bandit.observationSpace, bandit.show(context)));
  let sum = 0;
  for (const [context, row] of rows.entries()) sum += bandit.reward(context, (await run.agent.act(row, 'exploit'))[0]);
  return sum / bandit.contexts;
}

describe('20 contexts, each with a right action, are learned by PPO in whatever part of the observation they are', () => {
  const right = (context: number) => (7 * context + 3) % 4;
  const x = box({ low: -1, high: 1, shape: [1] });
  const forms: readonly (readonly [string, Space, (context: number) => SpaceValue])[] = [
    ['Discrete', discrete(20), context => context],
    ['Discrete from 5 on', discrete(20, 5), context => context + 5],
    ['Dict', dict({ context: discrete(20), x }), context => ({ context, x: Float32Array.of(0.5) })],
    ['Tuple', tuple([x, discrete(20)]), context => [Float32Array.of(0.5), context]],
    ['MultiDiscrete', multiDiscrete([20, 2]), context => Int32Array.of(context, 1)],
    ['two MultiDiscrete', multiDiscrete([4, 5]), context => Int32Array.of(context % 4, Math.floor(context / 4))],
    [
      'Dict in a Tuple in a Dict',
      dict({ a: tuple([dict({ deep: multiDiscrete([2, 20]) }), x]) }),
      context => ({ a: [{ deep: Int32Array.of(0, context) }, Float32Array.of(-1)] }),
    ],
  ];

  it.each(forms)('%s', async (_, observationSpace, show) => {
    const reward = (context: number, action: number) => Number(action === right(context));
    const bandit: Bandit = { contexts: 20, observationSpace, actionSpace: discrete(4), show, reward };
    expect(await learned('ppo', bandit, 12_000, {})).toBe(1);
  });
});

describe('a picture, an index and a vector, all of which matter, are learned together', () => {
  const observationSpace = dict({
    eye: box({ low: 0, high: 255, shape: [8, 8, 1], dtype: 'uint8' }),
    place: discrete(3, 5),
    speed: box({ low: -1, high: 1, shape: [2] }),
  });
  /** Bright on the left or on the right, one of three places, forwards or backwards. */
  const factors = (context: number) => [context % 2, Math.floor(context / 2) % 3, Math.floor(context / 6)] as const;
  const show = (context: number) => {
    const [side, place, way] = factors(context);
    const eye = Uint8Array.from({ length: 64 }, (_, i) => (Math.floor((i % 8) / 4) === side ? 255 : 0));
    return { eye, place: 5 + place, speed: Float32Array.of(way ? 1 : -1, 0.25) };
  };
  const right = (context: number) => {
    const [side, place, way] = factors(context);
    return (side + place + 2 * way) % 4;
  };

  it.each([
    ['ppo', 12_000, { sharedTrunk: true }],
    ['dqn', 4000, { hiddenSizes: [64, 64], learningStarts: 200, bufferSize: 2000, batchSize: 64, trainEverySteps: 1 }],
  ] as const)('by %s', async (algorithm, steps, config) => {
    const reward = (context: number, action: number) => Number(action === right(context));
    const bandit = { contexts: 12, observationSpace, actionSpace: discrete(4), show, reward };
    expect(await learned(algorithm, bandit, steps, config)).toBe(1);
  });

  it('by sac', async () => {
    const reward = (context: number, action: number) => 1 - (action - (right(context) - 1.5) / 2) ** 2;
    const actionSpace = box({ low: -1, high: 1 });
    const rates = { actorLearningRate: 3e-3, criticLearningRate: 3e-3 };
    const config = { hiddenSizes: [32], learningStarts: 100, batchSize: 32, ...rates };
    const bandit = { contexts: 12, observationSpace, actionSpace, show, reward };
    expect(await learned('sac', bandit, 2500, config)).toBeGreaterThan(0.97);
  });
});

it('a run tells of a picture that a perceptron reads', async () => {
  const observationSpace = box({ low: 0, high: 255, shape: [2, 16, 16, 1], dtype: 'uint8' });
  const bandit = { contexts: 1, observationSpace, actionSpace: discrete(2), show: () => new Uint8Array(512), reward: () => 1 };
  const events: RunEvent[] = [];
  const config = { hiddenSizes: [8], numEnvs: 2, rolloutLength: 8, batchSize: 8 };
  const env = (copies: number) => new SyncVectorEnv(() => new BanditEnv(bandit), copies);
  await train('ppo', env, { steps: 16, config, onEvent: event => events.push(event) });
  const [first] = events.flatMap(event => (event.type === 'warning' ? [event.message] : []));
  expect(first).toMatch(/^Bandit-v0: the observation, Box\(\[2, 16, 16, 1\], uint8\), .* with 4,096 weights in its first layer/);
});
