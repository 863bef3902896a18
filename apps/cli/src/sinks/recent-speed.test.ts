import { expect, it } from 'vitest';
import { RecentSpeed } from './recent-speed.ts';

it('is that of the last half minute', () => {
  const speed = new RecentSpeed(0, 100);
  expect(speed.at(0, 100)).toBeNaN();
  // 1,000 steps a second for ten seconds, then 10.
  expect(speed.at(10_000, 10_100)).toBe(1000);
  expect(speed.at(20_000, 10_200)).toBe(505);
  expect(speed.at(40_000, 10_400)).toBe(10);
  expect(speed.at(60_000, 10_600)).toBe(10);
});
