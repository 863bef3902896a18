import { expect, it } from 'vitest';
import { checkEnv } from '../check-env.ts';
import { KeyDoor, keyDoorPlaces } from './key-door.ts';

const [UP, RIGHT, DOWN, LEFT] = [0, 1, 2, 3];
const places = keyDoorPlaces('small');
const play = (env: KeyDoor, moves: readonly number[]) => {
  env.reset({ seed: 0 });
  return moves.map(move => env.step(move));
};
const toKey = [UP, UP, UP, UP];
const toDoor = [...toKey, RIGHT, RIGHT, DOWN, DOWN, DOWN, RIGHT];
const toTreasure = [...toDoor, RIGHT, RIGHT, RIGHT, UP, RIGHT, UP, UP];

it('keeps the contract of environments', () => {
  expect(checkEnv(new KeyDoor())).toEqual([]);
});

it('pays 1 for the treasure, when key and door came first, and nothing on the way', () => {
  const steps = play(new KeyDoor(), toTreasure);
  expect(steps[3].obs).toBe(places.key);
  expect(steps[9].obs).toBe(places.door);
  const last = steps.pop();
  expect(last).toMatchObject({ obs: places.treasure, reward: 1, terminated: true });
  expect(steps.every(({ reward, terminated }) => reward === 0 && !terminated)).toBe(true);
});

it('keeps the door locked without the key, and walls always', () => {
  // Right along the lower row, then up beside the pit, to the door.
  const steps = play(new KeyDoor(), [LEFT, RIGHT, RIGHT, UP, RIGHT, RIGHT]);
  const first = new KeyDoor().reset({ seed: 0 }).obs;
  expect(steps[0].obs).toBe(first);
  expect(steps[2].obs).toBe(first + 2);
  expect(steps[4].obs).toBe(steps[3].obs);
  expect(steps[5]).toMatchObject({ obs: steps[3].obs, reward: 0, terminated: false });
});

it('ends in a pit, without a reward', () => {
  expect(play(new KeyDoor(), [UP, RIGHT]).at(-1)).toMatchObject({ reward: 0, terminated: true });
});

it('takes the key once: its place is floor afterwards, and the door open', () => {
  const env = new KeyDoor();
  expect(env.reset({ seed: 0 }) && env.renderText()).toBe(
    ['##########', '#K..#...T#', '#.P.#.PP.#', '#...#....#', '#.P.D....#', '#@..#.P..#', '##########'].join('\n'),
  );
  play(env, toKey);
  expect(env.renderText()).toBe(
    ['##########', '#@..#...T#', '#.P.#.PP.#', '#...#....#', '#.P......#', '#S..#.P..#', '##########'].join('\n'),
  );
});

it.each([
  ['small', 75_500, 77_000],
  ['large', 57e6, 58e6],
  ['stairs', 3.4e27, 3.5e27],
] as const)('the treasure of the %s map is found by random moves in less than one of %d episodes', (map, least, most) => {
  const { model, spec } = new KeyDoor(undefined, { map });
  let probability = Float64Array.from(model.start);
  let found = 0;
  for (let step = 0; step < 100; step++) {
    const after = new Float64Array(probability.length);
    for (const [state, weight] of probability.entries()) {
      for (let action = 0; action < 4 && weight > 0; action++) {
        const [{ next, reward, terminated }] = model.outcomes(state, action);
        found += (weight / 4) * reward;
        if (!terminated) after[next] += weight / 4;
      }
    }
    probability = after;
  }
  expect(1 / found).toBeGreaterThan(least);
  expect(1 / found).toBeLessThan(most);
  expect(spec.maxEpisodeSteps).toBe(100);
});

it('plays other maps, with as many observations as they have places with and without the key', () => {
  const env = new KeyDoor(undefined, { map: ['#####', '#SKD#', '###T#', '#####'] });
  expect(env.spec.observationSpace).toMatchObject({ n: 8 });
  expect(checkEnv(env)).toEqual([]);
  expect(play(env, [RIGHT, RIGHT, DOWN]).map(({ obs, reward }) => [obs, reward])).toEqual([
    [5, 0],
    [6, 0],
    [7, 1],
  ]);
  expect(keyDoorPlaces('large').key).toBe(62);
  expect(keyDoorPlaces('stairs')).toEqual({ key: 94, door: 112, treasure: 132 });
});

it.each([
  [['####', '#SK#', '####']],
  [['#####', '#SKT.', '#####']],
  [['######', '#SKKT#', '######']],
  [['#####', '#.KT#', '#####']],
])('refuses a map that cannot be played: %j', map => {
  expect(() => new KeyDoor(undefined, { map })).toThrow(/must have one start S, one key K, a treasure T, and walls # all around/);
});
