import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeEnv } from '@zpin/envs';
import { listPolicies } from '@zpin/policies';
import { expect, test } from 'vitest';
import { filmedAgent, filmedPolicies, filmPath, films, isFilmed, playOf, playPath } from '../src/films/film-files.ts';
import { filmRecipes } from '../src/films/film-recipes.ts';
import { filmedEnvironments, filmPlay, filmPolicy, filmRandom, reduced } from '../src/films/films.ts';
import { recipeWords } from '../src/films/record-play.ts';
import { encodeActions, RecordActions, recordedActions } from '../src/films/recorded-play.ts';

test('each environment was filmed with random actions, and with a trained agent where one is known, in small files', () => {
  const best = filmedPolicies();
  expect(best.map(({ env }) => env)).toContain('LunarLander-v3');
  for (const { env, meanReturn } of best) {
    expect(isFilmed(env, 'trained'), `${env}: run pnpm --filter docs films`).toBe(true);
    const others = listPolicies().filter(info => info.env === env && Object.keys(info.envOptions).length === 0);
    for (const other of others) expect(other.meanReturn).toBeLessThanOrEqual(meanReturn);
  }
  for (const id of filmedEnvironments()) {
    expect(isFilmed(id, 'random'), `${id}: run pnpm --filter docs films`).toBe(true);
    for (const film of films.filter(film => isFilmed(id, film)))
      expect(readFileSync(filmPath(id, film)).length, `${id}, ${film}`).toBeLessThan(100_000);
  }
});

test('each recorded play belongs to a recipe, and was trained by it', () => {
  const recorded = Object.keys(filmRecipes).filter(id => playOf(id));
  expect(readdirSync(dirname(playPath('CartPole-v1'))).length).toBe(recorded.length);
  for (const id of recorded) {
    const play = playOf(id);
    expect(play?.env).toBe(id);
    expect(play?.command).toBe(`zpin ${recipeWords(id, filmRecipes[id] ?? '').join(' ')}`);
    expect(play?.command).toMatch(/ --seed \d+$/);
    expect(isFilmed(id, 'trained'), `${id}: run pnpm --filter docs films`).toBe(true);
  }
});

test('films come out the same each time', async () => {
  const info = filmedPolicies().find(({ env }) => env === 'CliffWalking-v1');
  const play = playOf('GridWorld-v0');
  if (!info || !play) throw new Error('no policy');
  const made = { 'CliffWalking-v1': await filmPolicy(info), 'GridWorld-v0': await filmPlay(play) };
  for (const [id, bytes] of Object.entries(made))
    expect(Buffer.from(bytes).equals(readFileSync(filmPath(id, 'trained'))), id).toBe(true);
  expect(Buffer.from(await filmRandom('Maze-v0')).equals(readFileSync(filmPath('Maze-v0', 'random')))).toBe(true);
});

test('a film of another environment than the one that was recorded is refused', async () => {
  const play = playOf('GridWorld-v0');
  if (!play) throw new Error('no play');
  const dearer = { ...play, episodes: play.episodes.map(episode => ({ ...episode, return: episode.return + 1 })) };
  await expect(filmPlay(dearer)).rejects.toThrow(/GridWorld-v0 must pay 2 as when it was recorded, got 1/);
});

test('actions are noted as they were taken, up to a number of steps', () => {
  const env = new RecordActions(makeEnv('Pendulum-v1'), 3);
  env.reset({ seed: 7 });
  const rewards = [0.1, -2, 1.5, 0.7].map(torque => env.step(Float32Array.of(torque)).reward);
  env.reset();
  expect(env.episodes).toHaveLength(1);
  const [episode] = env.episodes;
  expect(episode?.seed).toBe(7);
  expect(episode?.return).toBeCloseTo(rewards[0] + rewards[1] + rewards[2], 12);
  const actions = recordedActions(encodeActions(episode?.actions ?? []), 1);
  expect(actions).toEqual([0.1, -2, 1.5].map(torque => Float32Array.of(torque)));
  expect(recordedActions(encodeActions([4, 0, 3]), null)).toEqual([4, 0, 3]);
});

test('the first versions of the games of 10 × 10 cells show the agents of the second', () => {
  if (playOf('MinAtar/Breakout-v1')) {
    expect(filmedAgent('MinAtar/Breakout-v0')).toMatchObject({ algorithm: 'dqn', trainedIn: 'MinAtar/Breakout-v1' });
  }
  expect(filmedAgent('GridWorld-v0')).toMatchObject({ meanReturn: 1, trainedIn: undefined });
  expect(filmedAgent('Humanoid-v5')).toBeUndefined();
});

test('a frame that is too wide becomes smaller by the mean of its pixels', () => {
  // 480 × 2 pixels, columns black and white in turns: 240 × 1 of half of white, in steps of eight.
  const data = Uint8ClampedArray.from({ length: 3 * 960 }, (_, i) => (Math.floor(i / 3) % 2 === 0 ? 0 : 255));
  const small = reduced({ width: 480, height: 2, data });
  expect([small.width, small.height]).toEqual([240, 1]);
  expect(new Set(small.data)).toEqual(new Set([128]));
  expect(reduced({ width: 1, height: 1, data: Uint8ClampedArray.of(3, 4, 255) }).data).toEqual(Uint8ClampedArray.of(0, 8, 255));
});
