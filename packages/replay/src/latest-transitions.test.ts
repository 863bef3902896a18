import { box, discrete, InputError } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { LatestTransitions } from './latest-transitions.ts';

const settings = {
  capacity: 3,
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: discrete(4),
  gamma: 0.9,
  hasActionMask: true,
};

/** The step of three environments at one time; the second ends, the third is cut off. */
function rows(time: number) {
  return {
    obs: Float32Array.from({ length: 6 }, (_, i) => 10 * time + i),
    action: Int32Array.of(time, 2, 3),
    reward: Float32Array.of(time, 20, 30),
    nextObs: Float32Array.from({ length: 6 }, (_, i) => 100 * time + i),
    terminated: Uint8Array.of(0, 1, 0),
    truncated: Uint8Array.of(0, 0, 1),
    actionMask: Uint8Array.from({ length: 12 }, (_, i) => Number(i % 3 === time % 3)),
    nextActionMask: Uint8Array.from({ length: 12 }, (_, i) => Number(i % 2 === time % 2)),
  };
}

describe('LatestTransitions', () => {
  it('gives the last step alone, in the order of the environments, whatever is asked for', () => {
    const replay = new LatestTransitions(settings);
    for (let time = 0; time < 3; time++) {
      replay.add(rows(time));
      const { terminated: _, truncated: __, ...stored } = rows(time);
      expect(replay.size).toBe(3);
      expect(replay.sample()).toMatchObject({ size: 3, ...stored, discount: Float32Array.of(0.9, 0, 0.9) });
    }
  });

  it('has nothing to give before the first step', () => {
    const sample = () => new LatestTransitions(settings).sample();
    expect(sample).toThrow(InputError);
    expect(sample).toThrow(/^LatestTransitions.sample: at least one transition must be stored, got 0\./);
  });

  it('goes on from its state', () => {
    const [replay, other] = [new LatestTransitions(settings), new LatestTransitions(settings)];
    replay.add(rows(1));
    other.restore(structuredClone(replay.state()));
    expect(other.sample()).toEqual(replay.sample());
    for (const each of [replay, other]) each.add(rows(2));
    expect(other.sample()).toEqual(replay.sample());
    expect(other.sample().obs[0]).toBe(20);
  });
});
