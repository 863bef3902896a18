import { parseArgs } from 'node:util';
import type { TrainEvent } from '../../packages/core/src/index.ts';
import { readCheckpoint, writeCheckpoint } from '../../packages/core/src/node.ts';
import { type AlgorithmCase, exactnessEnvs, recordRun, TOTAL_STEPS } from './algorithm-case.ts';

/**
 * One run in a process of its own: `<algorithm> <environment> <checkpoint to write> [--stop-at steps] [--resume checkpoint]`.
 * Without `--stop-at` it runs to the end.
 */
export async function trainInProcess(subjects: readonly AlgorithmCase[], args: string[]): Promise<void> {
  const options = { 'stop-at': { type: 'string' }, resume: { type: 'string' } } as const;
  const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
  const [id, environment, path] = positionals;
  const subject = subjects.find(({ algorithm }) => algorithm.id === id);
  if (!subject) throw new Error(`no case of algorithm ${id}`);
  const { small: config } = subject;
  const controller = new AbortController();
  const stopAt = Number(values['stop-at'] ?? Number.POSITIVE_INFINITY);
  // A run that goes on has another seed: all that counts must come from the checkpoint.
  const seed = values.resume === undefined ? 3 : 77;
  const { final, summary } = await recordRun(subject, {
    env: exactnessEnvs(subject)[environment](config.numEnvs),
    config,
    seed,
    totalSteps: TOTAL_STEPS,
    signal: controller.signal,
    ...(values.resume !== undefined && { resume: readCheckpoint(values.resume).state }),
    onEvent({ step }: TrainEvent) {
      if (step >= stopAt) controller.abort();
    },
  });
  const header = { algorithm: id, env: environment, config: {}, seed: 3, step: summary.steps };
  writeCheckpoint(path, { header, state: final });
}
