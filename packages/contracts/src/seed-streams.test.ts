import { describe, expect, it } from 'vitest';
import { InputError } from './errors.ts';
import { Rng } from './rng.ts';
import { copySeeds, type SeedStream, seedStream } from './seed-streams.ts';

const streams: readonly SeedStream[] = ['episodes', 'newEpisodes', 'sampling', 'evaluation', 'collection', 'behaviour'];

describe('copySeeds', () => {
  // numpy 2.4: for each child c of np.random.SeedSequence(seed).spawn(3), w = c.generate_state(2), w[0] * 2**21 + (w[1] >> 11).
  it.each([
    [0, [7880159070718399, 1411862955063295, 6797802600172150]],
    [1, [3442288714752125, 3049525688599375, 5766337853011621]],
    [2, [4196453939855306, 4698243467764622, 2749614666237583]],
    [2 ** 40 + 5, [1422356658520884, 3317026797146602, 53616690297092]],
    [2 ** 53 - 1, [25643084139695, 1181695259657217, 8826800649846951]],
  ])('takes 53 bits of each child that numpy spawns from %s', (seed, expected) => {
    expect(copySeeds(seed, 3)).toEqual(expected);
    expect(copySeeds(seed, 2)).toEqual(expected.slice(0, 2));
  });

  it('gives a stream the same seeds every time', () => {
    const stream = seedStream(3, 'episodes');
    expect(copySeeds(stream, 4)).toEqual(copySeeds(stream, 4));
  });

  it('gives all copies of neighbouring seeds and of all streams seeds of their own', () => {
    const seeds = Array.from({ length: 50 }, (_, seed) => [
      ...copySeeds(seed, 64),
      ...streams.flatMap(stream => copySeeds(seedStream(seed, stream), 64)),
      ...copySeeds(seedStream(seed, 'newEpisodes', 1000), 64),
    ]).flat();
    expect(new Set(seeds).size).toBe(50 * 64 * 8);
  });

  it('refuses what is no seed', () => {
    for (const seed of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => copySeeds(seed, 2)).toThrow(InputError);
  });
});

describe('seedStream', () => {
  it('is none of the generators that an agent or an environment makes from the same seed', () => {
    const seed = 7;
    const own = [new Rng(seed), ...new Rng(seed).spawn(100), ...new Rng(seed).spawn(10).flatMap(rng => rng.spawn(10))];
    const draws = [...own, ...streams.map(stream => new Rng(seedStream(seed, stream)))].map(rng => rng.random());
    expect(new Set(draws).size).toBe(1 + 100 + 100 + streams.length);
  });

  it('starts where numpy starts', () => {
    // np.random.default_rng(np.random.SeedSequence(5, spawn_key=(0x7a70696e, 3))).random()
    expect(new Rng(seedStream(5, 'evaluation')).random()).toBe(0.09621536143265286);
  });
});
