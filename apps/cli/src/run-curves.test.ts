import { describe, expect, it } from 'vitest';
import type { RunDescription, RunEvent } from 'zpin';
import { type ComparedRun, groupLines, groupNames, groupRuns, measuresOf, runCurve } from './run-curves.ts';

const description: RunDescription = {
  algorithm: 'ppo',
  env: 'X-v0',
  seed: 1,
  steps: 100,
  config: { gamma: 0.9, clipRange: 0.2 },
};

function run(events: readonly RunEvent[], part: Partial<RunDescription> = {}): ComparedRun {
  return { description: { ...description, ...part }, events };
}

function episode(step: number, episodeReturn: number, more: { success?: boolean; info?: Record<string, number> } = {}): RunEvent {
  return {
    type: 'episode',
    step,
    episodeReturn,
    episodeLength: 2 * step,
    terminated: true,
    truncated: false,
    envIndex: 0,
    ...more,
  };
}

const update = (step: number, loss: number): RunEvent => ({ type: 'update', step, updates: step, metrics: { loss } });
const ends = [25, 50, 75, 100];

describe('runCurve', () => {
  it('averages what ended within each interval, its right end included', () => {
    const events = [episode(10, 1), episode(25, 3), episode(26, 10), episode(100, 7)];
    expect(runCurve(run(events), 'return', ends)).toEqual([2, 10, 10, 7]);
    expect(runCurve(run(events), 'length', ends)).toEqual([35, 52, 52, 200]);
  });

  it('knows what infos of episodes told', () => {
    const events = [episode(10, 1, { info: { cost: 4 } }), episode(20, 1), episode(25, 1, { info: { cost: 2, speed: 7 } })];
    expect(runCurve(run([...events, episode(100, 1)]), 'info/cost', ends)).toEqual([3, 3, 3, 3]);
    expect(measuresOf(run(events))).toEqual(['return', 'length', 'info/cost', 'info/speed']);
  });

  it('is unknown before the first value and after the end of the run', () => {
    expect(runCurve(run([update(10, 5), episode(60, 4), update(70, 1)]), 'return', ends)).toEqual([null, null, 4, null]);
    expect(runCurve(run([update(10, 5), episode(60, 4), update(70, 1)]), 'loss', ends)).toEqual([5, 5, 1, null]);
  });

  it('reads success rates and evaluations', () => {
    const events: RunEvent[] = [
      episode(10, 0, { success: true }),
      episode(20, 0, { success: false }),
      { type: 'eval', step: 40, returns: [1, 2, 6], lengths: [1, 1, 1] },
    ];
    expect(runCurve(run(events), 'success', ends)).toEqual([0.5, 0.5, null, null]);
    expect(runCurve(run(events), 'evaluation', ends)).toEqual([null, 3, null, null]);
    expect(measuresOf(run(events))).toEqual(['return', 'length', 'success', 'evaluation']);
    expect(measuresOf(run([update(1, 2)]))).toEqual(['loss']);
  });
});

describe('groupRuns', () => {
  const [first, second] = [run([episode(50, 1)]), run([episode(50, 3)], { seed: 2, steps: 200, scheduledSteps: 100 })];

  it('puts runs together that differ in nothing but the seed and how far they went', () => {
    const other = run([], { config: { ...description.config, gamma: 0.8 } });
    const wrapped = run([], { envOptions: { wrap: 'a' } });
    const hindsight = run([], { her: 'future:4' });
    const offline = run([], { dataset: 'a.zpin' });
    const longer = run([], { steps: 200 });
    const levels = run([], { curriculum: { levels: [{ size: 3 }], advance: { success: 0.5 } } });
    const harder = run([], { curriculum: { levels: [{ size: 4 }], advance: { success: 0.5 } } });
    const fromFile = run([], { envFile: { path: '/a.ts', sha256: '12345678' } });
    const changedFile = run([], { envFile: { path: '/a.ts', sha256: '87654321' } });
    const named = run([], { envOptions: { steps: 100 } });
    const elsewhere = run([], { seed: 3, envFile: { path: '/b.ts', sha256: '12345678' } });
    const others = [other, wrapped, hindsight, offline, longer, levels, harder, changedFile, named];
    expect(groupRuns([first, ...others, fromFile, second, elsewhere])).toEqual([
      [first, second],
      ...others.map(each => [each]),
      [fromFile, elsewhere],
    ]);
  });

  it('counts no run twice', () => {
    const [again, third] = [run([episode(50, 1)]), run([episode(50, 5)], { seed: 3 })];
    const groups = groupRuns([first, again, second, third]);
    expect(groups).toEqual([[first, second, third], [again]]);
    expect(groups[1][0]).toBe(again);
    expect(groupNames(groups)).toEqual(['ppo', 'ppo #2']);
  });

  it('draws their mean and standard deviation', () => {
    expect(groupLines([[first, second]], 'return', ends)).toEqual([
      { name: 'ppo (2 runs)', y: [null, 2, null, null], low: [null, 1, null, null], high: [null, 3, null, null] },
    ]);
  });
});

describe('groupNames', () => {
  const names = (...parts: Partial<RunDescription>[]) => groupNames(parts.map(part => [run([], part)]));

  it('tell what differs', () => {
    expect(names({})).toEqual(['ppo']);
    expect(names({ config: { gamma: 0.9, sizes: [64, 64] } }, { config: { gamma: 0.9, sizes: [8] } })).toEqual([
      'ppo, sizes=64,64',
      'ppo, sizes=8',
    ]);
    expect(names({ her: 'future:4' }, {})).toEqual(['ppo, her=future:4', 'ppo, her=none']);
    expect(names({}, { env: 'Y-v0' })).toEqual(['ppo on X-v0', 'ppo on Y-v0']);
    expect(names({}, { steps: 200 })).toEqual(['ppo, steps=100', 'ppo, steps=200']);
    const curriculum = (size: number) => ({ curriculum: { levels: [{ size }, { size: size + 1 }], advance: { steps: 9 } } });
    expect(names({}, curriculum(3), curriculum(4))).toEqual([
      'ppo, curriculum=none',
      'ppo, curriculum=2 levels',
      'ppo, curriculum=2 levels #2',
    ]);
  });

  it('leave out settings in which only different algorithms differ', () => {
    const dqn = { algorithm: 'dqn', config: { gamma: 0.5 } };
    expect(names({}, dqn)).toEqual(['ppo', 'dqn']);
    expect(names({}, { config: { gamma: 0.8, clipRange: 0.2 } }, dqn)).toEqual(['ppo, gamma=0.9', 'ppo, gamma=0.8', 'dqn']);
  });
});
