import { box, copySeeds, type Env, EnvError, InputError, Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { CartPole, cartPoleV1 } from '../classic/cart-pole.ts';
import { makeEnv, makeVectorEnv } from '../registry.ts';
import { TimeLimit } from '../wrappers/time-limit.ts';
import { SyncVectorEnv } from './sync-vector-env.ts';

const actionsOf = (n: number, steps: number) => {
  const rng = new Rng(9);
  return Array.from({ length: steps }, () => Int32Array.from({ length: n }, () => rng.integers(0, 2)));
};

/** Counts its steps, ends after three, and has no state. */
const counter = (): Env<Float32Array, number> => {
  let steps = 0;
  return {
    spec: { ...cartPoleV1, id: 'Counter-v0', observationSpace: box({ low: 0, high: 9 }), maxEpisodeSteps: null },
    reset: () => {
      steps = 0;
      return { obs: Float32Array.of(0), info: {} };
    },
    step: () => {
      steps++;
      return { obs: Float32Array.of(steps), reward: steps / 2, terminated: steps === 3, truncated: false, info: {} };
    },
  };
};

describe('SyncVectorEnv', () => {
  it('plays copy i as a single environment with the seed of that copy, reset in the same step', () => {
    const vector = new SyncVectorEnv(() => new CartPole(), 3);
    const out = vector.createStep();
    vector.reset(out, 40);
    const singles = [0, 1, 2].map(i => {
      const env = new CartPole();
      expect(out.obs.slice(4 * i, 4 * i + 4)).toEqual(env.reset({ seed: copySeeds(40, 3)[i] }).obs);
      return env;
    });
    let ends = 0;
    for (const actions of actionsOf(3, 200)) {
      vector.step(actions, out);
      singles.forEach((env, i) => {
        const result = env.step(actions[i]);
        const row = (all: typeof out.obs) => all.slice(4 * i, 4 * i + 4);
        expect([out.reward[i], out.terminated[i], out.truncated[i]]).toEqual([
          result.reward,
          +result.terminated,
          +result.truncated,
        ]);
        if (result.terminated || result.truncated) {
          ends++;
          expect(row(out.finalObs)).toEqual(result.obs);
          expect(row(out.obs)).toEqual(env.reset().obs);
        } else expect(row(out.obs)).toEqual(result.obs);
      });
    }
    expect(ends).toBeGreaterThan(10);
  });

  it('plays as Gymnasium does where each copy is given its seed: s, s + 1, …', () => {
    const vector = new SyncVectorEnv(() => new CartPole(), 3);
    const out = vector.createStep();
    vector.reset(out, [40, 41, 42]);
    const starts = [40, 41, 42].flatMap(seed => [...new CartPole().reset({ seed }).obs]);
    expect([...out.obs]).toEqual(starts);
  });

  it('starts copies of neighbouring seeds in states of their own, and those of no seed as those of seed 0', () => {
    const starts = (seed?: number) => {
      const vector = new SyncVectorEnv(() => new CartPole(), 8);
      const out = vector.createStep();
      vector.reset(out, seed);
      return [...out.obs];
    };
    expect(starts()).toEqual(starts(0));
    const positions = [0, 1, 2, 3].flatMap(seed => starts(seed).filter((_, k) => k % 4 === 0));
    expect(new Set(positions).size).toBe(32);
  });

  it('gives an environment without rows the same form', () => {
    const vector = new SyncVectorEnv(counter, 2);
    const out = vector.createStep();
    vector.reset(out);
    const seen = Array.from({ length: 4 }, () => {
      vector.step(Int32Array.of(0, 1), out);
      return [out.obs[1], out.reward[1], out.terminated[1], out.finalObs[1]];
    });
    expect(seen).toEqual([
      [1, 0.5, 0, 0],
      [2, 1, 0, 0],
      [0, 1.5, 1, 3],
      [1, 0.5, 0, 3],
    ]);
  });

  it('tells the legal actions of the last observation from those of the next episode', () => {
    const vector = makeVectorEnv('Taxi-v3', 2);
    const out = vector.createStep();
    vector.reset(out, [3, 4]);
    const single = makeEnv('Taxi-v3');
    single.reset({ seed: 4 });
    let last = single.step(0);
    vector.step(Int32Array.of(0, 0), out);
    for (; !last.truncated; vector.step(Int32Array.of(0, 0), out)) last = single.step(0);
    expect(out.truncated).toEqual(Uint8Array.of(1, 1));
    const mask = last.info.actionMask as Uint8Array;
    expect(out.finalActionMask?.slice(mask.length)).toEqual(mask);
    expect(out.actionMask?.slice(mask.length)).toEqual(single.reset().info.actionMask);
  });

  it('does so for an environment without rows', () => {
    const masked = (): Env => {
      const { step, reset, spec } = counter();
      const withMask = <R extends { obs: Float32Array }>(result: R) => ({
        ...result,
        info: { actionMask: Uint8Array.of(1, result.obs[0]) },
      });
      return { spec, hasActionMask: true, reset: () => withMask(reset()), step: () => withMask(step(0)) } as Env;
    };
    const vector = new SyncVectorEnv(masked, 2);
    const out = vector.createStep();
    vector.reset(out);
    for (let i = 0; i < 3; i++) vector.step(Int32Array.of(0, 0), out);
    expect(out.finalActionMask).toEqual(Uint8Array.of(1, 3, 1, 3));
    expect(out.actionMask).toEqual(Uint8Array.of(1, 0, 1, 0));
  });

  it('goes on bit for bit from a state that was copied', () => {
    const actions = actionsOf(4, 120);
    const play = (vector: SyncVectorEnv, from: number) => {
      const out = vector.createStep();
      return actions.slice(from).map(a => {
        vector.step(a, out);
        return structuredClone([out.obs, out.reward, out.terminated, out.truncated]);
      });
    };
    const make = () => new SyncVectorEnv(() => new TimeLimit(new CartPole(), 15), 4);
    const vector = make();
    vector.reset(vector.createStep(), 3);
    for (const a of actions.slice(0, 50)) vector.step(a, vector.createStep());
    const saved = structuredClone(vector.state());
    const expected = play(vector, 50);
    const other = make();
    other.restore(saved);
    expect(play(other, 50)).toEqual(expected);
  });

  it('does not play the same episode in copies that were never seeded, nor again after a reset without a seed', () => {
    const vector = makeVectorEnv('CartPole-v1', 2);
    const [first, second] = [vector.createStep(), vector.createStep()];
    vector.reset(first);
    vector.reset(second);
    const starts = [first, second].flatMap(({ obs }) => [obs.slice(0, 4).join(), obs.slice(4).join()]);
    expect(new Set(starts).size).toBe(4);
  });

  it('takes one seed per copy', () => {
    const vector = makeVectorEnv('CartPole-v1', 2);
    const out = vector.createStep();
    vector.reset(out, [8, 8]);
    expect(out.obs.slice(0, 4)).toEqual(out.obs.slice(4));
    expect(() => vector.reset(out, [1])).toThrow(/there must be 2 seeds, got 1/);
  });

  it('refuses wrong sizes, wrong actions, and what its environment cannot do', () => {
    expect(() => makeVectorEnv('CartPole-v1', 0)).toThrow(/numEnvs/);
    const vector = makeVectorEnv('CartPole-v1', 2);
    const out = vector.createStep();
    expect(() => vector.step(Int32Array.of(0, 0), out)).toThrow(/Call reset first/);
    expect(() => vector.reset(makeVectorEnv('CartPole-v1', 3).createStep())).toThrow(/createStep/);
    vector.reset(out, 0);
    expect(() => vector.step(Int32Array.of(0), out)).toThrow(/actions must be of shape \[2\]/);
    expect(() => vector.step(Int32Array.of(0, 2), out)).toThrow(/Discrete\(2\)/);
    expect(() => vector.restore(makeVectorEnv('CartPole-v1', 3).state())).toThrow(/2 copies/);
    expect(() => new SyncVectorEnv(counter, 1).state()).toThrow(/Counter-v0.state/);
    vector.close();
    expect(() => vector.step(Int32Array.of(0, 0), out)).toThrow(/must be open/);
  });
});

describe('an environment that breaks the contract', () => {
  const broken = (part: (step: number) => unknown, reset: unknown = { obs: Float32Array.of(0), info: {} }): Env => {
    let steps = 0;
    return { ...counter(), reset: () => reset, step: () => part(++steps) } as Env;
  };
  const right = { obs: Float32Array.of(0), reward: 0, terminated: false, truncated: false, info: {} };
  /** What the third step of copy 1 comes to. */
  const failure = (part: unknown): unknown => {
    const vector = new SyncVectorEnv(
      copy =>
        broken(step => {
          if (copy !== 1 || step < 3) return right;
          if (typeof part === 'function') return part();
          return part;
        }),
      2,
    );
    const out = vector.createStep();
    vector.reset(out);
    const play = () => vector.step(Int32Array.of(0, 0), out);
    play();
    play();
    try {
      play();
    } catch (error) {
      return error;
    }
    return null;
  };
  const boom = new TypeError('boom');

  it.each<[unknown, string]>([
    [{ ...right, obs: Float32Array.of(0, 1) }, 'the observation must be of Box([1], float32), got Float32Array of 2. '],
    [{ ...right, obs: undefined }, 'the observation must be of Box([1], float32), got undefined. '],
    [{ ...right, info: undefined }, 'info must be an object, got undefined. Return {} where there is nothing to tell.'],
    [{ ...right, terminated: undefined }, 'terminated must be true or false, got undefined. '],
    [{ ...right, truncated: 0 }, 'truncated must be true or false, got 0. '],
    [undefined, 'it must return { obs, reward, terminated, truncated, info }, got undefined. '],
    [
      Promise.resolve(right),
      'it must return { obs, reward, terminated, truncated, info }, got "a promise". Return it without async.',
    ],
    [
      () => {
        throw boom;
      },
      'the environment must not throw, got "boom". Look at ',
    ],
    [
      () => {
        throw 'out of fuel';
      },
      'the environment must not throw, got "out of fuel". Look at its own code.',
    ],
  ])('is told which copy and which step it is: %j', (part, told) => {
    const error = failure(part);
    expect(error).toBeInstanceOf(EnvError);
    expect((error as Error).message).toContain(`Counter-v0.step, copy 1, at step 3 of its episode: ${told}`);
  });

  it('is told by its number among all copies where it is one of a part', () => {
    const part = new SyncVectorEnv(copy => broken(() => (copy === 3 ? undefined : right)), 4).slice(2, 4);
    const out = part.createStep();
    part.reset(out, 0);
    expect(() => part.step(new Int32Array(2), out)).toThrow(/copy 3, at step 1 of its episode: it must return/);
  });

  it('keeps what it threw, and errors of this project as they are', () => {
    const thrower = (thrown: unknown) => () => {
      throw thrown;
    };
    expect((failure(thrower(boom)) as Error).cause).toBe(boom);
    const known = new InputError('Counter-v0.step: no');
    expect(failure(thrower(known))).toBe(known);
  });

  it('is found at its reset', () => {
    const start = (reset: unknown) => () => {
      const vector = new SyncVectorEnv(() => broken(() => right, reset), 1);
      vector.reset(vector.createStep());
    };
    expect(start({ obs: Float32Array.of(0) })).toThrow('Counter-v0.reset, copy 0: info must be an object, got undefined.');
    expect(start(Promise.resolve())).toThrow('Counter-v0.reset, copy 0: it must return { obs, info }, got "a promise".');
  });

  it('tells of no step where it does not know how long the episode is', () => {
    const make = () => new SyncVectorEnv(() => ({ ...broken(() => undefined), state: () => ({}), restore: () => {} }), 1);
    const vector = make();
    vector.reset(vector.createStep());
    vector.restore(vector.state());
    expect(() => vector.step(Int32Array.of(0), vector.createStep())).toThrow('Counter-v0.step, copy 0: it must return');
  });

  it('is refused where a space was written by hand and is none', () => {
    const { spec, ...methods } = counter();
    const make = () =>
      new SyncVectorEnv(() => ({ ...methods, spec: { ...spec, actionSpace: { type: 'discrete', n: 2 } as never } }), 1);
    expect(make).toThrow('Counter-v0: spec.actionSpace.start must be an integer, got undefined.');
  });
});
