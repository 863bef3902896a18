import { main } from '../src/cli.ts';
import { FakeIo, type FakeIoOptions } from './fake-io.ts';

/** Runs the command line in this process. */
export async function runCli(argv: readonly string[], options?: FakeIoOptions) {
  const io = new FakeIo(options);
  const exitCode = await main(argv, io);
  return { exitCode, io, out: io.out, err: io.err };
}

/** Settings with which a few hundred steps take a fraction of a second. */
export const TINY = {
  ppo: ['--num-envs', '2', '--rollout-length', '32', '--batch-size', '32', '--epochs', '2', '--hidden-sizes', '8'],
  dqn: ['--learning-starts', '50', '--batch-size', '16', '--buffer-size', '300', '--hidden-sizes', '8'],
} as const;

/** `zpin train <algorithm>` on CartPole with tiny settings. */
export function tinyRun(algorithm: keyof typeof TINY, runDir: string, ...more: string[]): string[] {
  return ['train', algorithm, '--env', 'CartPole-v1', ...TINY[algorithm], '--eval-episodes', '3', '--run-dir', runDir, ...more];
}
