import { expect, it } from 'vitest';
import { ScriptedEnv, worth } from '../../test/scripted-env.ts';
import { Collector } from './collector.ts';
import { type Explorer, RolloutBuffer } from './rollout-buffer.ts';

const scripts = [
  [
    { length: 2, end: 'terminated' },
    { length: 3, end: 'truncated' },
  ],
  [{ length: 9, end: 'truncated' }],
] as const;

/** Knows what each observation is worth, and how often it was asked for what follows. */
class Knowing implements Explorer {
  asked = 0;
  #seen = 0;

  explore(obs: Float32Array, logProb: Float32Array, value: Float32Array) {
    for (let i = 0; i < value.length; i++) {
      const [copy, episode, t] = obs.subarray(3 * i, 3 * i + 3);
      value[i] = worth(copy, episode, t);
      logProb[i] = -this.#seen++;
    }
    return Int32Array.of(1, 2);
  }

  value(obs: Float32Array, value: Float32Array): void {
    this.asked++;
    for (let i = 0; i < value.length; i++) {
      const [copy, episode, t] = obs.subarray(3 * i, 3 * i + 3);
      value[i] = worth(copy, episode, t);
    }
  }
}

const filled = async (numSteps: number, rollouts = 1) => {
  const collector = new Collector(new ScriptedEnv({ scripts }));
  collector.reset(0);
  const buffer = new RolloutBuffer(collector, { numSteps });
  const explorer = new Knowing();
  for (let k = 0; k < rollouts; k++) {
    buffer.clear();
    for (let t = 0; t < numSteps; t++) await buffer.step(explorer, t === numSteps - 1);
  }
  return { collector, buffer, explorer };
};

it('writes one row per step and copy, with the value of what truly followed', async () => {
  const { buffer, explorer } = await filled(5);
  const { rollout } = buffer;
  expect(rollout).toMatchObject({ numSteps: 5, numEnvs: 2 });
  // Rows of the first copy: two steps to a death, three to a cut; of the second: five steps of a longer episode.
  const own = (column: ArrayLike<number>, copy: number) => Array.from({ length: 5 }, (_, t) => column[2 * t + copy]);
  expect(own(rollout.value, 0)).toEqual([worth(0, 0, 0), worth(0, 0, 1), worth(0, 1, 0), worth(0, 1, 1), worth(0, 1, 2)]);
  expect(own(rollout.nextValue, 0)).toEqual([worth(0, 0, 1), 0, worth(0, 1, 1), worth(0, 1, 2), worth(0, 1, 3)]);
  expect(own(rollout.terminated, 0)).toEqual([0, 1, 0, 0, 0]);
  expect(own(rollout.truncated, 0)).toEqual([0, 0, 0, 0, 1]);
  expect(own(rollout.nextValue, 1)).toEqual([1, 2, 3, 4, 5].map(t => worth(1, 0, t)));
  expect(own(rollout.action, 1)).toEqual([2, 2, 2, 2, 2]);
  expect(Array.from(rollout.logProb)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(n => -n));
  // Once, at its end: the cut and the last step are one.
  expect(explorer.asked).toBe(1);
});

it('begins anew where the last rollout ended', async () => {
  const { buffer } = await filled(2, 2);
  const { rollout } = buffer;
  expect([buffer.length, buffer.isFull]).toEqual([2, true]);
  expect(Array.from(rollout.value)).toEqual([worth(0, 1, 0), worth(1, 0, 2), worth(0, 1, 1), worth(1, 0, 3)]);
  expect(Array.from(rollout.nextValue)).toEqual([worth(0, 1, 1), worth(1, 0, 3), worth(0, 1, 2), worth(1, 0, 4)]);
});

it('goes on from its state in the middle of a rollout', async () => {
  const { collector, buffer, explorer } = await filled(4);
  const saved = structuredClone(buffer.state());
  const copy = new RolloutBuffer(collector, { numSteps: 4 });
  copy.restore(saved as never);
  expect(copy.rollout).toEqual(buffer.rollout);
  expect(copy.isFull).toBe(true);
  const fresh = new RolloutBuffer(collector, { numSteps: 4 });
  expect(fresh.state()).toEqual({ length: 0, arrays: null });
  copy.clear();
  await copy.step(explorer, false);
  expect(copy.length).toBe(1);
});
