import { expect, test } from 'vitest';
import { Pause } from './pause.ts';

test('a gate lets pass while open, and holds until it is opened again', async () => {
  const pause = new Pause();
  const log: string[] = [];
  await pause.passed();
  pause.set(true);
  pause.set(true);
  const held = pause.passed().then(() => log.push('passed'));
  await Promise.resolve();
  expect(pause.isPaused).toBe(true);
  log.push('still held');
  pause.set(false);
  await held;
  expect(log).toEqual(['still held', 'passed']);
  expect(pause.isPaused).toBe(false);
});
