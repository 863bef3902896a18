import { box, dict, discrete, type EnvSpec, type NumericArray, NumericsError, type Space, tuple } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { ScriptedEnv } from '../../test/scripted-env.ts';
import { areFinite, badObservation, checkFiniteStep } from './check-finite.ts';
import { Collector } from './collector.ts';

const scripts = [0, 1, 2].map(() => [{ length: 4, end: 'terminated' }] as const);
const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e39];

it('finds a number that is not finite at any place of any length', () => {
  for (let length = 0; length < 14; length++) {
    const values = new Float32Array(length + 3).fill(3.4e38);
    values[0] = Number.NaN;
    values[length + 2] = Number.NaN;
    expect(areFinite(values, 1, length + 1)).toBe(true);
    for (let at = 1; at < length + 1; at++) {
      for (const value of bad) {
        const broken = values.slice();
        broken[at] = value;
        // Two infinities must not make up for each other.
        if (at > 1) broken[1] = -value;
        expect(areFinite(broken, 1, length + 1)).toBe(false);
      }
    }
  }
});

/** Spoils one number of the answer to a call. */
class SpoiledEnv extends ScriptedEnv {
  readonly spoil: (out: Parameters<ScriptedEnv['step']>[1], t: number) => void;
  #t = 0;

  constructor(spoil: SpoiledEnv['spoil']) {
    super({ scripts });
    this.spoil = spoil;
  }

  override reset(...[out, seed]: Parameters<ScriptedEnv['reset']>): void {
    super.reset(out, seed);
    this.spoil(out, 0);
  }

  override step(...[actions, out]: Parameters<ScriptedEnv['step']>): void {
    super.step(actions, out);
    this.spoil(out, ++this.#t);
  }
}

describe('the collector refuses', () => {
  const play = (spoil: SpoiledEnv['spoil']) => () => {
    const collector = new Collector(new SpoiledEnv(spoil));
    collector.reset(0);
    for (let t = 0; t < 6; t++) collector.step(new Int32Array(3));
  };

  it.each(bad)('a reward of %s, and names environment, copy, step and part', value => {
    const attempt = play((out, t) => {
      if (t === 3) out.reward[1] = value;
    });
    expect(attempt).toThrow(NumericsError);
    const shown = Math.fround(value);
    expect(attempt).toThrow(
      `Scripted-v0, copy 1, at step 3 of its episode, after 6 steps of all copies: the reward must be a finite number of 32 bits, got ${shown}.`,
    );
  });

  it.each(bad)('an observation with %s: of a reset, of a step, the last and the first one', value => {
    const observed = (at: number, array: 'obs' | 'finalObs', index: number) =>
      play((out, t) => {
        if (t === at) out[array][index] = value;
      });
    expect(observed(0, 'obs', 8)).toThrow('Scripted-v0, copy 2, at its reset: observation[2] must be');
    expect(observed(2, 'obs', 0)).toThrow(/copy 0, at step 2 of its episode, after 3 .* observation\[0\] must be/);
    expect(observed(4, 'finalObs', 4)).toThrow(/copy 1, at step 4 of its episode, after 9 .* observation\[1\] must be/);
    expect(observed(4, 'obs', 4)).toThrow(/copy 1, at step 4 of its episode, after 9 .* observation\[1\] must be/);
    expect(observed(9, 'obs', 4)).not.toThrow();
    // Rows of episodes that go on say nothing.
    expect(observed(3, 'finalObs', 4)).not.toThrow();
  });

  it('with the step of the run where that goes on', () => {
    const collector = new Collector(
      new SpoiledEnv((out, t) => {
        if (t === 1) out.reward[2] = Number.NaN;
      }),
    );
    collector.reset(0);
    collector.countFrom(900);
    expect(() => collector.step(new Int32Array(3))).toThrow(/copy 2, at step 1 of its episode, after 900 steps of all copies/);
  });
});

it('the part of an observation has its name', () => {
  const observationSpace: Space = dict({
    body: tuple([box({ low: 0, high: 1, shape: [2] }), discrete(3)]),
    eye: box({ low: 0, high: 1, shape: [3] }),
  });
  const spec: EnvSpec = { ...new ScriptedEnv({ scripts }).spec, observationSpace };
  const name = (at: number) => {
    const rows = new Float32Array(12);
    rows[6 + at] = Number.NaN;
    return badObservation({ spec, copy: 1, when: 'now' }, rows).message;
  };
  expect(name(1)).toContain('Scripted-v0, copy 1, now: observation.body.0[1] must be');
  expect(name(2)).toContain('observation.body.1[0] must be');
  expect(name(5)).toContain('observation.eye[2] must be');
});

it('checkFiniteStep looks at what counts alone', () => {
  const { spec } = new ScriptedEnv({ scripts });
  const step = (changes: Readonly<Record<string, NumericArray>>) => ({
    obs: new Float32Array(6),
    finalObs: new Float32Array(6).fill(Number.NaN),
    reward: new Float32Array(2),
    terminated: new Uint8Array(2),
    truncated: new Uint8Array(2),
    ...changes,
  });
  expect(() => checkFiniteStep(spec, step({}), 'now')).not.toThrow();
  expect(() => checkFiniteStep(spec, step({ truncated: Uint8Array.of(0, 1) }), 'now')).toThrow(/copy 1, now: observation\[0\]/);
  expect(() => checkFiniteStep(spec, step({ reward: Float32Array.of(0, Number.NaN) }), 'now')).toThrow(/copy 1, now: the reward/);
  const obs = Float32Array.of(0, 0, 0, 0, 0, Number.NaN);
  expect(() => checkFiniteStep(spec, step({ obs }), 'now')).toThrow(/copy 1, now: observation\[2\]/);
  expect(() => checkFiniteStep(spec, step({ obs: new Int32Array(6), finalObs: new Int32Array(6) }), 'now')).not.toThrow();
});
