import { describe, expect, it } from 'vitest';
import type { RunEvent } from 'zpin';
import { FakeIo, type FakeIoOptions } from '../../test/fake-io.ts';
import { jsonLines } from './json-lines.ts';
import { terminal } from './terminal.ts';

const CLEAR = '\r\u001b[K';
const step = (at: number): RunEvent => ({ type: 'step', step: at, totalSteps: 1000 });
const episode = (at: number, episodeReturn: number): RunEvent => ({
  type: 'episode',
  step: at,
  episodeReturn,
  episodeLength: 1,
  terminated: true,
  truncated: false,
  envIndex: 0,
});
const update: RunEvent = { type: 'update', step: 500, updates: 1, metrics: { policyLoss: -0.01234, valueLoss: 12.5 } };
const evaluation: RunEvent = { type: 'eval', step: 500, returns: [1, 2], lengths: [1, 2] };

function show(events: readonly RunEvent[], options: FakeIoOptions, firstStep = 0): string {
  const io = new FakeIo(options);
  const sink = terminal(io, 1000, firstStep);
  for (const event of events) sink.event(event);
  sink.close();
  return io.out;
}

describe('in a terminal', () => {
  const live = { isTTY: true, columns: 200, tick: 125 };

  it('rewrites one line at each quarter of a second, with speed, time left, returns and losses', () => {
    const out = show([episode(250, 10), update, episode(500, 20)], live);
    const lines = out.split(CLEAR).slice(1);
    expect(out.endsWith('\n')).toBe(true);
    expect(out.trimEnd().includes('\n')).toBe(false);
    expect(lines.at(-1)?.trimEnd()).toMatch(
      /^500\/1,000 steps 50% {2}[\d,]+ steps\/s {2}eta 0:0\d {2}return 15 {2}policyLoss -0.0123 {2}valueLoss 12.5$/,
    );
  });

  it('reckons speed and time left from the steps of this process', () => {
    // 300 steps in 3 seconds: one for each look at the clock since the start.
    const [first = ''] = show([step(700)], { ...live, tick: 1000 }, 400)
      .split(CLEAR)
      .slice(1);
    expect(first).toBe('700/1,000 steps 70%  100 steps/s  eta 0:03');
  });

  it('reckons by the last half minute: a run is faster before it begins to learn', () => {
    // 400 steps in the first three seconds, 30 in each three from then on.
    const events = [400, ...Array.from({ length: 12 }, (_, k) => 430 + 30 * k)].map(step);
    const shown = show(events, { ...live, tick: 1000 }).split(CLEAR);
    expect(shown.at(-2)).toBe('760/1,000 steps 76%  10 steps/s  eta 0:24');
  });

  it.each([20, 30, 50, 70])('shows only whole parts, in less than %d columns', columns => {
    const [whole = ''] = show([update], { ...live, tick: 250 })
      .split(CLEAR)
      .slice(1);
    const [line = ''] = show([update], { ...live, tick: 250, columns })
      .split(CLEAR)
      .slice(1);
    expect(line.length).toBeLessThan(columns);
    expect(whole.startsWith(line)).toBe(true);
    if (line.includes('  ')) expect(['', '  ']).toContain(whole.slice(line.length, line.length + 2));
    expect(whole.length).toBeGreaterThan(columns);
  });

  it('takes 80 columns where the terminal says 0', () => {
    const [line = ''] = show([update], { ...live, columns: 0, tick: 250 })
      .split(CLEAR)
      .slice(1);
    expect(line.length).toBeGreaterThan(40);
    expect(line.length).toBeLessThan(80);
  });

  it('keeps evaluations above the live line', () => {
    expect(show([evaluation], live)).toContain(`${CLEAR}evaluation at 500 steps: mean return 1.5 of 2 episodes\n${CLEAR}`);
  });

  it('never shows more than all', () => {
    expect(show([step(1004)], live)).toContain('1,004/1,000 steps 100%');
  });
});

describe('elsewhere', () => {
  it('prints plain lines, one in five seconds and one at the end', () => {
    const out = show([step(100), step(200), step(300), step(400), step(500), step(600)], { tick: 1000 });
    expect(out).not.toContain('\r');
    const shown = out
      .trimEnd()
      .split('\n')
      .map(line => line.split(' ')[0]);
    expect(shown).toEqual(['500/1,000', '600/1,000']);
  });

  it('prints evaluations', () => {
    expect(show([evaluation], {})).toContain('evaluation at 500 steps: mean return 1.5 of 2 episodes\n');
  });
});

it('prints each event as one line of JSON', () => {
  const io = new FakeIo();
  const sink = jsonLines(io.stdout);
  for (const event of [update, evaluation]) sink.event(event);
  sink.close();
  expect(
    io.out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
  ).toEqual([update, evaluation]);
});
