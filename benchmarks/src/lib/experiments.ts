import { ppo } from '@zpin/onpolicy';
import type { Experiment } from './experiment.ts';
import { hierarchyExperiments } from './hierarchy-experiments.ts';
import { valueBasedExperiments } from './value-based-experiments.ts';

/** PPO's preset, whose settings the two kinds share. */
const pendulum = ppo.presets['Pendulum-v1'].config;

/** REINFORCE as it was published. */
const plain = { baseline: false, normalizeAdvantage: false };

/** Every experiment, by the name under which it is run and stored. */
export const experiments: Readonly<Record<string, Experiment>> = {
  'reinforce-returns': {
    title: 'REINFORCE on CartPole: whole return against reward-to-go',
    env: 'CartPole-v1',
    length: { steps: 200_000 },
    arms: [
      { name: 'reward-to-go', algo: 'reinforce', preset: true, config: { ...plain, returns: 'toGo' } },
      { name: 'whole return', algo: 'reinforce', preset: true, config: { ...plain, returns: 'whole' } },
      { name: 'reward-to-go, with a baseline', algo: 'reinforce', preset: true, config: { normalizeAdvantage: false } },
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
  'ppo-memory': {
    title: 'CartPole without velocities: PPO with a memory against PPO without',
    env: 'CartPole-v1',
    envOptions: { wrappers: ['select-observation:0,2'] },
    length: { steps: 100_000 },
    seeds: 3,
    arms: [
      { name: 'LSTM', algo: 'recurrent-ppo', preset: true },
      { name: 'GRU', algo: 'recurrent-ppo', preset: true, config: { recurrentCell: 'gru' } },
      { name: 'no memory', algo: 'ppo', preset: true },
    ],
    panels: [{ yLabel: 'return of training episodes', measure: 'episodeReturn' }],
  },
  ...valueBasedExperiments,
  ...hierarchyExperiments,
};
