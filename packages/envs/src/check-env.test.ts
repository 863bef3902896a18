import {
  box,
  discrete,
  type Env,
  type EnvState,
  multiBinary,
  multiDiscrete,
  type NumericArray,
  Rng,
  type Space,
  type StepResult,
} from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { ArrayEnv } from './base/array-env.ts';
import { checkEnv } from './check-env.ts';

type Small = Env<Float32Array, number>;

/** A random walk in [-1, 1] that ends at 0.9, right in every way but for `changes`. */
function walk(changes: (env: Small & { readonly self: { x: number; rng: Rng } }) => Readonly<Record<string, unknown>>): Env {
  const self = { x: 0, rng: new Rng(0), elapsed: 0 };
  const obs = () => Float32Array.of(self.x);
  const env = {
    self,
    spec: {
      id: 'Walk-v0',
      observationSpace: box({ low: -1, high: 1 }),
      actionSpace: discrete(2),
      maxEpisodeSteps: 20,
      rewardThreshold: null,
    },
    reset: ({ seed }: { seed?: number | Rng } = {}) => {
      if (seed !== undefined) self.rng = typeof seed === 'number' ? new Rng(seed) : seed;
      self.x = self.rng.uniform(-0.1, 0.1);
      self.elapsed = 0;
      return { obs: obs(), info: {} };
    },
    step: (action: number): StepResult<Float32Array> => {
      if (action !== 0 && action !== 1) throw new Error('bad action');
      self.elapsed++;
      self.x = Math.max(-1, Math.min(1, self.x + (action - 0.5) * self.rng.random()));
      return { obs: obs(), reward: self.x, terminated: self.x > 0.9, truncated: self.elapsed >= 20, info: {} };
    },
    state: (): EnvState => ({ x: self.x, elapsed: self.elapsed, rng: self.rng.state() }),
    restore: (state: EnvState) => {
      self.x = state.x as number;
      self.elapsed = state.elapsed as number;
      self.rng = Rng.fromState(state.rng as ReturnType<Rng['state']>);
    },
  };
  return { ...env, ...changes(env) } as Env;
}

const rulesOf = (env: Env) => new Set(checkEnv(env).map(violation => violation.rule));
const changedStep = (change: (result: StepResult<Float32Array>) => Partial<StepResult<unknown>>) =>
  walk(env => ({ step: (action: number) => ({ ...env.step(action), ...change(env.step(action)) }) }));

describe('checkEnv', () => {
  it('finds nothing wrong with what is right', () => {
    expect(checkEnv(walk(() => ({})))).toEqual([]);
  });

  it.each<[string, Env]>([
    ['space', walk(env => ({ spec: { ...env.spec, observationSpace: box({ low: -0.2, high: 0.2 }) } }))],
    ['space', changedStep(({ obs }) => ({ obs: [...obs] }))],
    ['space', changedStep(({ obs }) => ({ obs: Float64Array.from(obs) }))],
    ['reward', changedStep(() => ({ reward: Number.NaN }))],
    ['flags', changedStep(({ terminated }) => ({ terminated: (terminated ? 1 : 0) as unknown as boolean }))],
    ['flags', changedStep(() => ({ truncated: false }))],
    [
      'determinism',
      walk(env => ({ reset: ({ seed }: { seed?: number } = {}) => env.reset(seed === 7 || seed === undefined ? {} : { seed }) })),
    ],
    [
      'seed',
      walk(env => ({
        reset: ({ seed }: { seed?: number } = {}) => env.reset({ seed: typeof seed === 'object' ? 7000 : (seed ?? 0) }),
      })),
    ],
    ['state', walk(() => ({ state: undefined }))],
    ['state', walk(env => ({ restore: (state: EnvState) => env.restore?.({ ...state, elapsed: 0 }) }))],
    ['state', walk(env => ({ restore: (state: EnvState) => env.restore?.({ ...state, rng: new Rng(1).state() }) }))],
    ['action', walk(env => ({ step: (action: number) => env.step(action === 1 ? 1 : 0) }))],
    ['render', walk(() => ({ render: () => ({ width: 2, height: 2, data: new Uint8ClampedArray(4) }) }))],
    ['mask', walk(env => ({ reset: (o: object) => ({ ...env.reset(o), info: { actionMask: Uint8Array.of(0, 0) } }) }))],
    ['mask', walk(() => ({ hasActionMask: true }))],
  ])('finds a breach of the rule on %s (case %#)', (rule, env) => {
    expect(rulesOf(env)).toContain(rule);
  });

  it('finds pictures whose channels come first', () => {
    const observationSpace = box({ low: 0, high: 1, shape: [3, 20, 20] });
    const env = walk(({ spec, reset, step }) => {
      const picture = () => new Float32Array(1200);
      return {
        spec: { ...spec, observationSpace },
        reset: (options: object) => ({ ...reset(options), obs: picture() }),
        step: (action: number) => ({ ...step(action), obs: picture() }),
      };
    });
    const found = checkEnv(env);
    expect(found.map(({ rule }) => rule)).toEqual(['space']);
    expect(found[0]?.problem).toMatch(/a picture must have the axes \[height, width, channels\], here \[20, 20, 3\]/);
  });

  it.each<[string, Space]>([
    ['MultiDiscrete', multiDiscrete([2, 3])],
    ['MultiBinary', multiBinary(2)],
    ['integers', box({ low: 2, high: 9, dtype: 'int32' })],
    ['a start', discrete(2, 5)],
  ])('finds that actions are played which are not of the space: %s', (_name, actionSpace) => {
    const env = walk(({ spec, step }) => ({ spec: { ...spec, actionSpace }, step: () => step(1) }));
    expect(rulesOf(env)).toContain('action');
    // No policy plays such actions: what was learned is right all the same.
    expect(checkEnv(env).find(({ rule }) => rule === 'action')?.severity).toBe('advice');
  });

  it('finds an environment that plays indices in place of values', () => {
    const env = walk(({ spec }) => ({ spec: { ...spec, actionSpace: discrete(2, 5) } }));
    expect(checkEnv(env)[0]?.problem).toBe('it threw: bad action');
  });

  it('says what is wrong with a space that was written by hand, and nothing that follows from it', () => {
    const env = walk(({ spec }) => ({ spec: { ...spec, actionSpace: { type: 'discrete', n: 2 } as never } }));
    const remedy = 'Mend what the message names';
    const problem = expect.stringMatching(/: spec\.actionSpace\.start must be an integer, got undefined\. /);
    expect(checkEnv(env)).toEqual([{ rule: 'space', severity: 'breach', problem, remedy }]);
  });

  it('finds actions that Gaussian policies hardly see', () => {
    const actionSpace = box({ low: [-1, 0], high: [1, 1000] });
    const env = walk(({ spec, step }) => ({ spec: { ...spec, actionSpace }, step: () => step(1) }));
    const found = checkEnv(env).find(({ rule }) => rule === 'scale');
    expect(found?.severity).toBe('advice');
    expect(found?.problem).toMatch(/far from \[-1, 1\], element 1 in \[0, 1000\]/);
    expect(found?.remedy).toMatch(/RescaleAction.*scaleActions/);
  });

  it('finds observations that are changed later', () => {
    const shared = new Float32Array(1);
    const share = (obs: Float32Array) => {
      shared.set(obs);
      return shared;
    };
    const env = walk(inner => ({
      reset: (options: object) => ({ obs: share(inner.reset(options).obs), info: {} }),
      step: (action: number) => {
        const result = inner.step(action);
        return { ...result, obs: share(result.obs) };
      },
    }));
    expect(rulesOf(env)).toContain('aliasing');
  });

  it('finds rows that are not what reset and step return', () => {
    const env = walk(inner => ({
      resetRow: (out: { obs: Float32Array }) => out.obs.set(inner.reset().obs),
      stepRow: (actions: Int32Array, out: { obs: Float32Array }) => out.obs.set(inner.step(actions[0]).obs),
    }));
    expect(rulesOf(env)).toContain('vector');
  });

  it('says how to mend it', () => {
    const [violation] = checkEnv(changedStep(() => ({ reward: Number.POSITIVE_INFINITY })));
    expect(violation).toEqual({
      rule: 'reward',
      severity: 'breach',
      problem: 'the reward was Infinity',
      remedy: 'Return a finite number',
    });
  });

  it.each<[string, Space, number]>([
    ['NaN in bytes', box({ low: 0, high: 255, shape: [1], dtype: 'uint8' }), Number.NaN],
    ['a fraction in an index', discrete(9), 0.5],
  ])('finds what rows of integers hide: %s', (_, observationSpace, bad) => {
    class Hidden extends ArrayEnv<number, number> {
      protected override readonly world = new Int32Array(1);

      constructor() {
        super({ id: 'Hidden-v0', observationSpace, actionSpace: discrete(2), maxEpisodeSteps: 5, rewardThreshold: null });
      }

      protected override start(): void {
        this.world[0] = 0;
      }

      protected override advance(): void {
        this.world[0]++;
      }

      protected override observe(out: NumericArray, offset: number): void {
        out[offset] = this.world[0] === 3 ? bad : this.world[0];
      }
    }
    expect(checkEnv(new Hidden()).map(({ rule, problem }) => [rule, problem])).toEqual([
      ['space', expect.stringMatching(/^step observed (NaN|0\.5), which no row of .* can hold$/)],
    ]);
  });
});
