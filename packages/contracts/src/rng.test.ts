import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from './errors.ts';
import { Rng } from './rng.ts';

interface Case {
  seed: number | number[];
  random: number[];
  uniform: number[];
  /** low, high, value */
  integers: [number, number, number][];
  normal: number[];
  choice: number[];
  shuffle: number[];
  permutation: number[];
  after: number;
  children: number[];
  grandchild: number[];
  third: number;
}

const numpy = JSON.parse(readFileSync(new URL('../test/numpy-random.json', import.meta.url), 'utf8')) as {
  cases: Case[];
  manyNormals: { seed: number; count: number; sum: number; tail: [number, number][]; next: number };
  manyIntegers: { seed: number; count: number; high: number; digest: number };
};

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('Rng draws what numpy draws', () => {
  it.each(numpy.cases)('from seed $seed', expected => {
    const rng = new Rng(expected.seed);
    expect(expected.random.map(() => rng.random())).toEqual(expected.random);
    expect(expected.uniform.map(() => rng.uniform(-0.05, 0.05))).toEqual(expected.uniform);
    expect(expected.integers.map(([low, high]) => [low, high, rng.integers(low, high)])).toEqual(expected.integers);
    expect(expected.normal.map(() => rng.standardNormal())).toEqual(expected.normal);
    expect(expected.choice.map(() => rng.choice([0.1, 0.2, 0, 0.3, 0.4]))).toEqual(expected.choice);
    expect(rng.shuffle(range(10))).toEqual(expected.shuffle);
    expect([...rng.permutation(7)]).toEqual(expected.permutation);
    expect(rng.random()).toBe(expected.after);
    const children = rng.spawn(2);
    expect(children.map(child => child.random())).toEqual(expected.children);
    const [grandchild] = children[1].spawn(1);
    expect(range(3).map(() => grandchild.integers(0, 1000))).toEqual(expected.grandchild);
    expect(rng.spawn(1)[0].random()).toBe(expected.third);
  });

  it('over 200,000 normals, the tail included', () => {
    const { seed, count, sum, tail, next } = numpy.manyNormals;
    const rng = new Rng(seed);
    const values = range(count).map(() => rng.standardNormal());
    expect(values.reduce((total, value) => total + value, 0)).toBe(sum);
    expect(values.map((value, i) => [i, value]).filter(([, value]) => Math.abs(value) > 3.6541528853610088)).toEqual(tail);
    expect(rng.random()).toBe(next);
  });

  it('over 100,001 small integers', () => {
    const { seed, count, high, digest } = numpy.manyIntegers;
    const rng = new Rng(seed);
    expect(range(count).reduce(total => (total * 7 + rng.integers(0, high)) % 1000003, 0)).toBe(digest);
  });
});

describe('Rng', () => {
  it('goes on from a state that passed through JSON, a half-used 64-bit draw included', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.array(fc.constantFrom('random', 'integer', 'normal', 'spawn'), { maxLength: 20 }),
        (seed, calls) => {
          const rng = new Rng(seed);
          for (const call of calls) {
            if (call === 'random') rng.random();
            else if (call === 'integer') rng.integers(0, 5);
            else if (call === 'normal') rng.standardNormal();
            else rng.spawn(1);
          }
          const copy = Rng.fromState(JSON.parse(JSON.stringify(rng.state())));
          const draw = (r: Rng) => [
            r.integers(0, 1000),
            r.random(),
            r.integers(0, 7),
            r.standardNormal(),
            r.spawn(1)[0].random(),
          ];
          expect(draw(copy)).toEqual(draw(rng));
          expect(copy.state()).toEqual(rng.state());
        },
      ),
    );
  });

  it('keeps integers in range and shuffles to a permutation', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer(),
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.array(fc.integer()),
        (seed, low, size, items) => {
          const rng = new Rng(seed);
          const value = rng.integers(low, low + size);
          expect(Number.isInteger(value) && value >= low && value < low + size).toBe(true);
          expect(rng.shuffle([...items]).sort()).toEqual([...items].sort());
        },
      ),
    );
  });

  it('fills arrays with the same draws as single calls', () => {
    const [a, b] = [new Rng(5), new Rng(5)];
    expect([...a.standardNormalInto(new Float32Array(50))]).toEqual(range(50).map(() => Math.fround(b.standardNormal())));
    expect([...a.uniformInto(new Float32Array(50), -2, 3)]).toEqual(range(50).map(() => Math.fround(b.uniform(-2, 3))));
  });

  it('never chooses what has probability 0', () => {
    const rng = new Rng(1);
    expect(new Set(range(200).map(() => rng.choice([0, 0.5, 0, 3, 0])))).toEqual(new Set([1, 3]));
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53, [1, -2]])('refuses the seed %j', seed => {
    expect(() => new Rng(seed)).toThrow(InputError);
  });

  it('refuses empty ranges, bad probabilities and foreign states', () => {
    const rng = new Rng(1);
    expect(() => rng.integers(3, 3)).toThrow(/low < high/);
    expect(() => rng.integers(0, 1.5)).toThrow(/integers/);
    for (const bad of [[0, 0], [-1, 2], [Number.NaN], []]) expect(() => rng.choice(bad)).toThrow(/probabilities/);
    expect(() => rng.restore(JSON.parse('{}'))).toThrow(/Rng.state/);
    expect(() => rng.restore({ ...rng.state(), state: [1, 2, 3, -4] })).toThrow(/Rng.state/);
  });
});
