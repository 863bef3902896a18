import { describe, expect, it } from 'vitest';
import { expectTrace, readTrace } from '../../test/trace.ts';
import { Acrobot } from './acrobot.ts';

describe('Acrobot', () => {
  it.each(readTrace('Acrobot-v1').episodes)('plays as recorded from seed $seed', episode => {
    expectTrace(new Acrobot(), episode, 1e-6);
  });

  it('ends with reward 0 once it was pumped over the line', () => {
    const env = new Acrobot();
    let { obs } = env.reset({ seed: 2 });
    let steps = 0;
    let reward = Number.NaN;
    for (let ended = false; !ended; steps++) {
      // Torque along the first link's motion feeds energy in.
      const result = env.step(obs[4] > 0 ? 0 : 2);
      expect(result.truncated).toBe(false);
      [obs, reward, ended] = [result.obs, result.reward, result.terminated];
    }
    expect(reward).toBe(0);
    const height = -obs[0] - (obs[0] * obs[2] - obs[1] * obs[3]);
    expect(height).toBeGreaterThan(1);
    expect(steps).toBeGreaterThan(20);
  });
});
