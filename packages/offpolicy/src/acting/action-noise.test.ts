import { Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { correlatedNoise, gaussianNoise, ornsteinUhlenbeckNoise } from './action-noise.ts';

describe('gaussianNoise', () => {
  it('is the stream of standard normal numbers of its generator', () => {
    const rng = new Rng(3);
    const noise = gaussianNoise(new Rng(3));
    for (let step = 0; step < 3; step++) {
      expect(Array.from(noise.next(new Float32Array(2)))).toEqual([rng.standardNormal(), rng.standardNormal()].map(Math.fround));
    }
    expect(noise.state()).toEqual({});
  });
});

describe('ornsteinUhlenbeckNoise', () => {
  it('follows its equation, and begins in its stationary distribution, each component by itself', () => {
    const rng = new Rng(8);
    const noise = ornsteinUhlenbeckNoise({ rng: new Rng(8), theta: 0.4, timeStep: 0.25 });
    // 1 / (2 · 0.4 − 0.4² · 0.25) = 1 / 0.76.
    let x = [0, 0].map(() => rng.standardNormal() / Math.sqrt(0.76));
    for (let step = 0; step < 5; step++) {
      const out = noise.next(new Float32Array(2));
      for (const k of [0, 1]) expect(out[k]).toBeCloseTo(x[k], 6);
      x = x.map(value => value - 0.4 * value * 0.25 + 0.5 * rng.standardNormal());
    }
  });

  it('begins anew in the rows where an episode does, and in no other', () => {
    const [rows, size] = [3, 2];
    // So slow that a number stays where it is.
    const options = { theta: 0.5, timeStep: 1e-9 };
    const noise = ornsteinUhlenbeckNoise({ rng: new Rng(5), ...options });
    const next = (...start: number[]) => Array.from(noise.next(new Float32Array(rows * size), Uint8Array.from(start)));
    let before = next(1, 1, 1);
    for (const start of [
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 1],
      [0, 0, 0],
      [1, 1, 1],
    ]) {
      const after = next(...start);
      const moved = after.map((value, i) => Math.abs(value - before[i]) > 1e-2);
      expect(moved).toEqual(start.flatMap(flag => [flag === 1, flag === 1]));
      before = after;
    }
  });

  it('has the variance of its process from the first step of each episode on', () => {
    const [copies, theta, timeStep] = [4000, 0.15, 0.01];
    const noise = ornsteinUhlenbeckNoise({ rng: new Rng(6), theta, timeStep });
    const out = new Float32Array(copies);
    const none = new Uint8Array(copies);
    for (const start of [none, none, none.slice().fill(1), none, none]) {
      const squares = noise.next(out, start).reduce((sum, x) => sum + x * x, 0);
      // Five standard deviations of the variance of 4000 normal numbers.
      expect(Math.abs((squares / copies) * (2 * theta - theta ** 2 * timeStep) - 1)).toBeLessThan(0.112);
    }
  });

  it.each([
    [0.15, 1],
    [0.5, 0.1],
  ])('has the variance and the memory of theta %s and time step %s', (theta, timeStep) => {
    const noise = ornsteinUhlenbeckNoise({ rng: new Rng(1), theta, timeStep });
    const before = new Float32Array(400);
    const after = new Float32Array(400);
    noise.next(before);
    let [squares, products, count] = [0, 0, 0];
    for (let step = 0; step < 200; step++) {
      noise.next(after);
      for (let i = 0; i < after.length; i++) {
        squares += before[i] ** 2;
        products += before[i] * after[i];
        count++;
      }
      before.set(after);
    }
    const variance = 1 / (2 * theta - theta ** 2 * timeStep);
    expect(Math.abs(squares / count / variance - 1)).toBeLessThan(0.05);
    expect(products / squares).toBeCloseTo(1 - theta * timeStep, 2);
  });

  it('goes on exactly from a state, which does not change with it', () => {
    const options = { theta: 0.15, timeStep: 0.01 };
    const rng = new Rng(4);
    const noise = ornsteinUhlenbeckNoise({ rng, ...options });
    const out = new Float32Array(3);
    for (let step = 0; step < 10; step++) noise.next(out);
    const [state, generator] = [noise.state(), rng.state()];
    const course = (subject: typeof noise) =>
      Array.from({ length: 5 }, (_, step) => Array.from(subject.next(out, Uint8Array.of(0, Number(step === 2), 0))));
    const expected = course(noise);
    const other = ornsteinUhlenbeckNoise({ rng: Rng.fromState(generator), ...options });
    other.restore(state);
    expect(course(other)).toEqual(expected);
  });
});

describe('correlatedNoise', () => {
  it('is standard normal at every step, the first included, and correlated as asked', () => {
    const size = 20_000;
    const noise = correlatedNoise({ rng: new Rng(2), correlation: 0.9 });
    const before = new Float32Array(size);
    const after = new Float32Array(size);
    noise.next(before);
    for (let step = 0; step < 3; step++) {
      noise.next(after);
      const mean = (product: (i: number) => number) => after.reduce((sum, _, i) => sum + product(i), 0) / size;
      expect(Math.abs(mean(i => before[i] ** 2) - 1)).toBeLessThan(0.05);
      expect(Math.abs(mean(i => before[i] ** 4) - 3)).toBeLessThan(0.4);
      expect(Math.abs(mean(i => before[i] * after[i]) - 0.9)).toBeLessThan(0.05);
      expect(Math.abs(mean(i => before[i] * after[(i + 1) % size]))).toBeLessThan(0.05);
      before.set(after);
    }
  });

  it('goes on exactly from a state, which does not change with it', () => {
    const rng = new Rng(4);
    const noise = correlatedNoise({ rng, correlation: 0.8 });
    const out = new Float32Array(3);
    for (let step = 0; step < 4; step++) noise.next(out);
    const [state, generator] = [noise.state(), rng.state()];
    const expected = Array.from({ length: 5 }, () => Array.from(noise.next(out)));
    const other = correlatedNoise({ rng: Rng.fromState(generator), correlation: 0.8 });
    other.restore(state);
    expect(Array.from({ length: 5 }, () => Array.from(other.next(out)))).toEqual(expected);
  });

  it('goes on over ends of episodes', () => {
    const [one, other] = [1, 2].map(() => correlatedNoise({ rng: new Rng(7), correlation: 0.9 }));
    for (const flag of [1, 0, 1]) {
      const start = Uint8Array.of(flag, 1);
      expect(one.next(new Float32Array(2), start)).toEqual(other.next(new Float32Array(2)));
    }
  });

  it('without correlation is the stream of its generator', () => {
    const out = correlatedNoise({ rng: new Rng(3), correlation: 0 }).next(new Float32Array(4));
    expect(out).toEqual(new Rng(3).standardNormalInto(new Float32Array(4)));
  });
});
