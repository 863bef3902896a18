import { expect, it } from 'vitest';
import { checkEnv } from '../check-env.ts';
import { KeyDoor, keyDoorPlaces } from './key-door.ts';

const [UP, RIGHT, DOWN, LEFT] = [0, 1, 2, 3];
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
  expect(steps[3].obs).toBe(keyDoorPlaces.key);
  expect(steps[9].obs).toBe(keyDoorPlaces.door);
  const last = steps.pop();
  expect(last).toMatchObject({ obs: keyDoorPlaces.treasure, reward: 1, terminated: true });
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

it('is found by random moves in about one of 76,000 episodes', () => {
  const { model, spec } = new KeyDoor();
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
  expect(1 / found).toBeGreaterThan(75_500);
  expect(1 / found).toBeLessThan(77_000);
  expect(spec.maxEpisodeSteps).toBe(100);
});
