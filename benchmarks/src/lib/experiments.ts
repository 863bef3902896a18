import { ppo } from '@zpin/onpolicy';
import type { Experiment } from './experiment.ts';

/** PPO's preset, whose settings the two kinds share. */
const pendulum = ppo.presets['Pendulum-v1'].config;

/** Every experiment, by the name under which it is run and stored. */
export const experiments: Readonly<Record<string, Experiment>> = {
  'reinforce-returns': {
    title: 'REINFORCE on CartPole: whole return against reward-to-go',
    env: 'CartPole-v1',
    length: { steps: 200_000 },
    arms: [
      { name: 'reward-to-go', algo: 'reinforce', preset: true, config: { baseline: false, returns: 'toGo' } },
      { name: 'whole return', algo: 'reinforce', preset: true, config: { baseline: false, returns: 'whole' } },
      { name: 'reward-to-go, with a baseline', algo: 'reinforce', preset: true },
    ],
    panels: [{ yLabel: 'return of training episodes', measure: 'episodeReturn' }],
  },
  'ppo-clip-penalty': {
    title: 'PPO on Pendulum: clipped ratio against adaptive penalty',
    env: 'Pendulum-v1',
    length: { steps: 100_000 },
    arms: [
      { name: 'clipped ratio', algo: 'ppo', config: pendulum },
      { name: 'adaptive penalty', algo: 'ppo-penalty', config: pendulum },
    ],
    panels: [
      { yLabel: 'return of training episodes', measure: 'episodeReturn' },
      { yLabel: 'entropy of the policy (nats)', measure: { metric: 'entropy' } },
    ],
  },
};
