import { describe, expect, it } from 'vitest';
import { probe, scalar } from '../../test/probe-env.ts';
import type { AnyEnv } from '../env-entry.ts';
import { makeEnv } from '../registry.ts';
import { RepeatAction } from './repeat-action.ts';

describe('RepeatAction', () => {
  it('adds up rewards until the episode ends, in which there are fewer steps', () => {
    const env = new RepeatAction(probe(scalar), 3);
    expect(env.spec.maxEpisodeSteps).toBe(2);
    env.reset();
    expect(env.step(0)).toMatchObject({ obs: Float32Array.of(3), reward: 6, truncated: false });
    expect(env.step(0)).toMatchObject({ obs: Float32Array.of(4), reward: 4, truncated: true });
  });

  it('comes where single steps come, and sees what they see, at the end of an episode too', () => {
    const [repeated, single] = [new RepeatAction(makeEnv('CartPole-v1'), 4), makeEnv('CartPole-v1')];
    repeated.reset({ seed: 3 });
    single.reset({ seed: 3 });
    let length = 0;
    for (let isOver = false; !isOver; ) {
      const coarse = repeated.step(1);
      let fine = single.step(1);
      let reward = fine.reward;
      length++;
      for (let i = 1; i < 4 && !fine.terminated; i++, length++) {
        fine = single.step(1);
        reward += fine.reward;
      }
      expect(coarse).toEqual({ ...fine, reward });
      isOver = fine.terminated;
    }
    // The last action is not played to the end.
    expect(length % 4).not.toBe(0);
  });

  it('leaves out the pictures between', () => {
    const seen: (boolean | undefined)[] = [];
    const inner = probe(scalar);
    const step = inner.step.bind(inner);
    const watched: AnyEnv = {
      ...inner,
      isObserved: true,
      step: action => {
        seen.push(watched.isObserved);
        return step(action);
      },
    };
    const env = new RepeatAction(watched, 3);
    env.reset();
    env.step(0);
    env.step(0);
    expect(seen).toEqual([false, false, true, false]);
    expect(watched.isObserved).toBe(true);
  });
});
