import type { OfflineAgent } from '@zpin/contracts';
import { type CreateOptions, count, field, positive } from '@zpin/core';
import { type QConfig, type QMethod, qAgent } from '@zpin/value-based';
import { z } from 'zod';
import { asOffline } from './as-offline.ts';
import { valueFields } from './offline-fields.ts';

/** Settings of every offline method that learns the values of discrete actions. */
export const offlineQFields = {
  ...valueFields,
  targetUpdateEveryUpdates: count({
    default: 1,
    unit: 'gradient steps',
    meaning: 'steps between two updates of the target network',
  }),
  tau: field(z.number().gt(0).max(1), {
    default: 0.005,
    meaning: 'share of the online network that goes into the target at an update; 1 copies',
  }),
  maxGradientNorm: positive({ default: 10, meaning: 'largest global norm of the gradient' }),
};

const offlineQConfig = z.strictObject(offlineQFields);
export type OfflineQConfig = z.output<typeof offlineQConfig>;

/** What only an agent that collects its own data has settings for. */
const unused = {
  numEnvs: 1,
  bufferSize: 1,
  learningStarts: 0,
  trainEverySteps: 1,
  gradientSteps: 1,
  epsilonStart: 0,
  epsilonEnd: 0,
  explorationFraction: 1,
};

/** An agent of value-based learning that gets its batches from a data set. Greedy in both modes. */
export function offlineQAgent<Config extends OfflineQConfig>(
  options: CreateOptions<Config>,
  { config, ...method }: Omit<QMethod<object>, 'config'> & { readonly config: Config },
): OfflineAgent<Config> {
  const inner: QConfig = { ...config, ...unused, targetUpdateEverySteps: config.targetUpdateEveryUpdates };
  const { spec, seed, engine } = options;
  return asOffline(qAgent({ spec, seed, engine }, { ...method, config: inner }), config);
}
