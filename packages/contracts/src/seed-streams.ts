import { SeedSequence } from './seed-sequence.ts';

/** What a run and those who look at it draw random numbers for, each with its place among the streams of a seed. */
const places = {
  /** Episodes of training. */
  episodes: 0,
  /** Episodes that begin where a checkpoint holds none; its path goes on with the step. */
  newEpisodes: 1,
  /** Batches out of a memory or a data set. */
  sampling: 2,
  /** Episodes of evaluation, films included. */
  evaluation: 3,
  /** Episodes that are collected for a data set. */
  collection: 4,
  /** Random actions and noise of the policy that collects. */
  behaviour: 5,
} as const;

/** What is drawn from a stream of its own; agents draw from the generators that they spawn from their seed themselves. */
export type SeedStream = keyof typeof places;

/** "zpin" in ASCII. Begins every path, so that no stream is a child that someone else spawns from the same seed. */
const ROOT = 0x7a70696e;

/**
 * The stream of a seed for one purpose: a child of `SeedSequence(seed)`, as numpy spawns them. Streams of different seeds,
 * purposes or paths never overlap.
 * @param seed integer in [0, 2^53)
 * @param path of a child of the stream; integers in [0, 2^53)
 * @throws InputError when the seed is anything else
 */
export function seedStream(seed: number, stream: SeedStream, ...path: readonly number[]): SeedSequence {
  return new SeedSequence(seed, [ROOT, places[stream], ...path]);
}

/**
 * Seeds of the copies of a vector environment: that of copy i is the first 53 bits of child i of `SeedSequence(seed)`, so copies
 * of neighbouring seeds share nothing, and more copies do not change the first ones. `reset({ seed })` of a single environment
 * with such a seed plays what the copy plays, here and in Gymnasium.
 * @param seed integer in [0, 2^53), or a stream
 * @returns integers in [0, 2^53)
 * @throws InputError when the seed is anything else
 */
export function copySeeds(seed: number | SeedSequence, copies: number): number[] {
  const { entropy, spawnKey } = typeof seed === 'number' ? new SeedSequence(seed) : seed;
  return Array.from({ length: copies }, (_, copy) => {
    const [high, low] = new SeedSequence(entropy, [...spawnKey, copy]).generate(2);
    return high * 2 ** 21 + (low >>> 11);
  });
}
