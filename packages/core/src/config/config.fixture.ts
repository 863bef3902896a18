import { field } from '@zpin/contracts';
import { z } from 'zod';
import { configSchema } from './config-schema.ts';

const { shape } = configSchema({
  gamma: field.probability({ default: 0.99, meaning: 'discount factor' }),
  clipRange: field.positive({ default: 0.2, meaning: 'trust region of the ratio' }),
  numEnvs: field.count({ default: 8, meaning: 'copies of the environment', unit: 'environments' }),
  batchSize: field.count({ default: 64, meaning: 'samples of one gradient step', unit: 'samples' }),
  hiddenSizes: field.sizes({ default: [64, 64], meaning: 'units of each hidden layer' }),
  activation: field.choice(['tanh', 'relu'], { default: 'tanh', meaning: 'non-linearity' }),
  targetKl: field.number({ above: 0, default: null, meaning: 'stop an update beyond this divergence' }),
  valueMin: field.number({ default: null, meaning: 'smallest target' }),
  epsilon: field.scheduled({ min: 0, max: 1, default: 1, meaning: 'probability of a random action' }),
  normalizeAdvantage: field.boolean({ default: true, meaning: 'scale advantages to mean 0 and deviation 1' }),
});

/** One setting of every kind that algorithms use, and one that its author wrote in zod's own terms. */
export const sampleConfig = z
  .strictObject({
    learningRate: z
      .union([z.number().positive(), z.strictObject({ start: z.number(), end: z.number() })])
      .default(3e-4)
      .meta({ description: 'step size of Adam' }),
    ...shape,
  })
  .refine(config => config.batchSize <= 8 * config.numEnvs, {
    message: 'batchSize must be at most 8 * numEnvs',
    path: ['batchSize'],
  });
