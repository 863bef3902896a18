import { readFileSync } from 'node:fs';
import { listPolicies } from '@zpin/policies';
import { expect, test } from 'vitest';
import { filmedPolicies, filmPath, films, isFilmed } from '../src/pages/film-files.ts';
import { filmEnvironment, reduced } from '../src/pages/films.ts';

test('each environment that has a plain policy was filmed with the best of them, in a small file', () => {
  const best = filmedPolicies();
  expect(best.map(({ env }) => env)).toContain('LunarLander-v3');
  for (const { env, meanReturn } of best) {
    expect(isFilmed(env), `${env}: run pnpm --filter docs films`).toBe(true);
    const others = listPolicies().filter(info => info.env === env && Object.keys(info.envOptions).length === 0);
    for (const other of others) expect(other.meanReturn).toBeLessThanOrEqual(meanReturn);
    for (const film of films) expect(readFileSync(filmPath(env, film)).length, env).toBeLessThan(100_000);
  }
});

test('films come out the same each time', async () => {
  const info = filmedPolicies().find(({ env }) => env === 'CliffWalking-v1');
  if (!info) throw new Error('no policy');
  const made = await filmEnvironment(info);
  for (const film of films) expect(Buffer.from(made[film]).equals(readFileSync(filmPath(info.env, film))), film).toBe(true);
});

test('a frame that is too wide becomes smaller by the mean of its pixels', () => {
  // 480 × 2 pixels, columns black and white in turns: 240 × 1 of half of white, in steps of eight.
  const data = Uint8ClampedArray.from({ length: 3 * 960 }, (_, i) => (Math.floor(i / 3) % 2 === 0 ? 0 : 255));
  const small = reduced({ width: 480, height: 2, data });
  expect([small.width, small.height]).toEqual([240, 1]);
  expect(new Set(small.data)).toEqual(new Set([128]));
  expect(reduced({ width: 1, height: 1, data: Uint8ClampedArray.of(3, 4, 255) }).data).toEqual(Uint8ClampedArray.of(0, 8, 255));
});
