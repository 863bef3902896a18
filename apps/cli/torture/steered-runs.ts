import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RUNS } from './fixtures.ts';
import { type InterruptedRuns, PACE } from './interruptions.ts';

/** Settings of algorithms with workers; two of A3C would take turns as the machine likes. */
const WORKERS = ['--env', 'CartPole-v1', '--num-envs', '2', '--hidden-sizes', '8'];

/** Runs that are steered: by levels, by rules that end them early, with films, event files and kept checkpoints. */
export function steeredRuns(folder: string): InterruptedRuns {
  const levels = (name: string, text: string) => {
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, text);
    return ['--curriculum', file];
  };
  const limits = 'levels:\n  - maxEpisodeSteps: 20\n  - maxEpisodeSteps: 60\nadvance:\n  steps: 2000\n';
  const success =
    'levels:\n  - isSlippery: false\n    maxEpisodeSteps: 50\nadvance:\n  success: 0.5\n  episodes: 20\n  steps: 6000\n';
  const everything = ['--tensorboard', '--keep-checkpoints', '3', '--record-every', '1500'];
  return {
    'levels-ppo': [...RUNS.ppo, '--steps', '6000', ...PACE, ...everything, ...levels('limits', limits)],
    'levels-q-learning': [...RUNS['q-learning'], '--steps', '12000', ...PACE, '--tensorboard', ...levels('success', success)],
    'levels-dppo': ['dppo', ...WORKERS, '--workers', '2', '--steps', '4000', ...PACE, ...everything, ...levels('limits', limits)],
    'levels-a3c': ['a3c', ...WORKERS, '--workers', '1', '--steps', '6000', ...PACE, ...levels('limits', limits)],
    'kept-dqn': [...RUNS.dqn, '--steps', '5000', ...PACE, ...everything],
    'ended-ppo': [...RUNS.ppo, '--steps', '20000', ...PACE, '--tensorboard', '--stop-at-return', '200', '--patience', '5'],
    'films-sac': [...RUNS.sac, '--steps', '1500', ...PACE, '--record-every', '400', '--keep-checkpoints', '2'],
  };
}
