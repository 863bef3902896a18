import { describe, expect, it } from 'vitest';
import { expectTrace, readTrace } from '../../test/trace.ts';
import { makeEnv } from '../registry.ts';
import { CliffWalking } from './cliff-walking.ts';

describe('CliffWalking', () => {
  it.each(readTrace('CliffWalking-v1').episodes)('plays as recorded from seed $seed', episode => {
    expectTrace(new CliffWalking(), episode, 0);
  });

  it.each(readTrace('CliffWalkingSlippery-v1').episodes)('slips as recorded from seed $seed', episode => {
    expectTrace(makeEnv('CliffWalkingSlippery-v1'), episode, 0);
  });

  it('costs 13 along the edge, and 100 over it', () => {
    const env = new CliffWalking();
    env.reset({ seed: 0 });
    const along = [0, ...new Array<number>(11).fill(1), 2].map(move => env.step(move));
    expect(along.reduce((sum, { reward }) => sum + reward, 0)).toBe(-13);
    expect(along.map(r => r.terminated).indexOf(true)).toBe(12);
    env.reset();
    expect(env.step(1)).toMatchObject({ obs: 36, reward: -100, terminated: false });
  });
});
