import { z } from 'zod';
import { count, field, hiddenSizes, positive, probability, scheduled } from './field.ts';

/** One setting of every kind that algorithms use. */
export const sampleConfig = z
  .strictObject({
    learningRate: field(z.union([z.number().positive(), z.strictObject({ start: z.number(), end: z.number() })]), {
      default: 3e-4,
      meaning: 'step size of Adam',
    }),
    gamma: probability({ default: 0.99, meaning: 'discount factor' }),
    clipRange: positive({ default: 0.2, meaning: 'trust region of the ratio' }),
    numEnvs: count({ default: 8, meaning: 'copies of the environment', unit: 'environments' }),
    batchSize: count({ default: 64, meaning: 'samples of one gradient step', unit: 'samples' }),
    hiddenSizes: hiddenSizes({ default: [64, 64], meaning: 'units of each hidden layer' }),
    activation: field(z.enum(['tanh', 'relu']), { default: 'tanh', meaning: 'non-linearity' }),
    targetKl: field(z.number().positive().nullable(), { default: null, meaning: 'stop an update beyond this divergence' }),
    epsilon: scheduled(z.number().min(0).max(1), { default: 1, meaning: 'probability of a random action' }),
    normalizeAdvantage: field(z.boolean(), { default: true, meaning: 'scale advantages to mean 0 and deviation 1' }),
  })
  .refine(config => config.batchSize <= 8 * config.numEnvs, {
    message: 'batchSize must be at most 8 * numEnvs',
    path: ['batchSize'],
  });
