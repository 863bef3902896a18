import { join } from 'node:path';
import { main } from '../src/cli.ts';
import type { Io } from '../src/io.ts';
import { KeptText } from './kept-text.ts';

/** Settings with which a run of a few hundred steps takes a fraction of a second. */
const REPLAY = ['--learning-starts', '50', '--batch-size', '16', '--buffer-size', '300', '--hidden-sizes', '8'];
const ROLLOUTS = ['--num-envs', '2', '--rollout-length', '32', '--batch-size', '32', '--epochs', '2', '--hidden-sizes', '8'];

/** Runs of every regime, as `zpin train` is told of them; the name of each is that of its folder. */
export const RUNS = {
  ppo: ['ppo', '--env', 'CartPole-v1', ...ROLLOUTS],
  'recurrent-ppo': ['recurrent-ppo', '--env', 'CartPole-v1', ...ROLLOUTS, '--sequence-length', '8', '--recurrent-size', '4'],
  dqn: ['dqn', '--env', 'CartPole-v1', ...REPLAY],
  'prioritized-dqn': ['prioritized-dqn', '--env', 'CartPole-v1', ...REPLAY, '--n-steps', '3'],
  sac: ['sac', '--env', 'Pendulum-v1', ...REPLAY],
  'q-learning': ['q-learning', '--env', 'FrozenLake-v1'],
  bc: ['bc', '--env', 'CartPole-v1', '--dataset', 'data.zpin', '--batch-size', '16', '--hidden-sizes', '8'],
} as const;

export type RunName = keyof typeof RUNS;
export const RUN_NAMES = Object.keys(RUNS) as RunName[];

/** Steps of the runs that commands are given. */
export const RUN_STEPS = 200;

/** Makes a run of each kind, a data set and a few files in a folder, for commands to be told of. */
export async function makeFixtures(folder: string): Promise<void> {
  process.chdir(folder);
  await quietly(['collect', '--env', 'CartPole-v1', '--steps', '300', '--out', 'data.zpin']);
  for (const name of RUN_NAMES) {
    const rest = ['--steps', String(RUN_STEPS), '--eval-every', '100', '--eval-episodes', '2', '--quiet', '--no-preset'];
    await quietly(['train', ...RUNS[name], ...rest, '--run-dir', join('runs', name)]);
  }
}

async function quietly(argv: readonly string[]): Promise<void> {
  const [out, err] = [new KeptText(), new KeptText()];
  const io: Io = {
    stdout: out,
    stderr: err,
    env: {},
    command: 'zpin',
    now: () => performance.now(),
    wait: async () => undefined,
    onStop: () => () => undefined,
    exit: code => process.exit(code),
  };
  const exitCode = await main(argv, io);
  if (exitCode !== 0) throw new Error(`zpin ${argv.join(' ')} ended with ${exitCode}: ${err.text}`);
}
