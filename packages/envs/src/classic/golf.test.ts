import { Rng, sample } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { Golf, golfV0 } from './golf.ts';

const play = (env: Golf, club: number, swing: number) => env.step({ club, swing: Float32Array.of(swing) });
/** Metres to the hole. */
const distance = (obs: Float32Array) => 200 * obs[0];

it('takes two strokes at best, for a return of 0.8', () => {
  const env = new Golf();
  for (let seed = 0; seed < 50; seed++) {
    const tee = distance(env.reset({ seed }).obs);
    expect(tee).toBeGreaterThanOrEqual(100);
    expect(tee).toBeLessThan(200);
    // A drive of 0.05 less than the distance, as far as it goes, then a putt of what is left.
    const drive = play(env, 0, Math.max(-1, (2 * (tee - 10 - 100)) / 100 - 1));
    expect(drive).toMatchObject({ terminated: false, reward: -0.1 });
    const left = distance(drive.obs);
    expect(left).toBeLessThan(10.01);
    expect(drive.obs[1]).toBeCloseTo(left / 20, 5);
    const putt = play(env, 2, (2 * left) / 20 - 1);
    expect(putt.terminated).toBe(true);
    expect(drive.reward + putt.reward).toBeCloseTo(0.8, 12);
  }
});

it('is not over in the hole but by a putter, and plays back a ball that went too far', () => {
  const env = new Golf();
  const { obs } = env.reset({ seed: 3 });
  const exact = play(env, 0, (2 * (distance(obs) - 100)) / 100 - 1);
  expect(distance(exact.obs)).toBeLessThan(0.01);
  expect(exact.terminated).toBe(false);
  expect(play(env, 2, -1)).toMatchObject({ terminated: true });

  env.reset({ seed: 3 });
  const far = play(env, 0, 1);
  const beyond = 200 - distance(obs);
  expect(distance(far.obs)).toBeCloseTo(beyond, 4);
  // From beyond the hole an iron goes back over it.
  expect(distance(play(env, 1, -1).obs)).toBeCloseTo(Math.abs(beyond - 20), 4);
});

it('lets swings of more than 1 be full ones, and ends after ten strokes', () => {
  const [a, b] = [new Golf(), new Golf()];
  a.reset({ seed: 1 });
  b.reset({ seed: 1 });
  expect(play(a, 1, 9)).toEqual(play(b, 1, 1));
  for (let stroke = 2; stroke < 10; stroke++) expect(play(a, 1, 1).truncated).toBe(false);
  expect(play(a, 1, 1).truncated).toBe(true);
});

it('cannot be won by chance', () => {
  const env = new Golf();
  const rng = new Rng(1);
  let total = 0;
  for (let seed = 0; seed < 300; seed++) {
    env.reset({ seed });
    for (let over = false; !over; ) {
      const { reward, terminated, truncated } = env.step(
        sample(golfV0.actionSpace, rng) as { club: number; swing: Float32Array },
      );
      total += reward;
      over = terminated || truncated;
    }
  }
  expect(total / 300).toBeLessThan(-0.3);
});
