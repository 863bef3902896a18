import * as tf from '@tensorflow/tfjs-core';
import { type EnvSpec, field, type Rng, type Schedule, valueAt } from '@zpin/contracts';
import {
  adam,
  type MeanMetrics,
  type Network,
  observationInput,
  program,
  type Store,
  scheduledInputs,
  trainable,
} from '@zpin/core';
import type { RolloutColumns } from '../rollout/advantages.ts';
import { passOver } from '../rollout/minibatches.ts';
import { advantageFields, rolloutFields, separatePolicyFields } from './fields.ts';

/** Settings of the regression of the value. */
const valueFitFields = {
  valueLearningRate: field.scheduled({ min: 0, default: 1e-3, meaning: 'step size of Adam for the value' }),
  valueEpochs: field.count({ default: 10, meaning: 'passes over a rollout in which the value is fitted to it' }),
  batchSize: field.count({ default: 128, unit: 'transitions', meaning: 'size of a minibatch of the value' }),
};

/** Settings of algorithms that fit their value apart from their policy, on advantages by GAE(λ). */
export function fittedValueFields({ lambda }: { readonly lambda: number }) {
  return {
    ...rolloutFields({ rolloutLength: 2048 }),
    ...advantageFields({ lambda, normalized: true }),
    ...valueFitFields,
    ...separatePolicyFields,
  };
}

/** The value as a network that learns by itself. */
export function valueLearner(network: Network) {
  return trainable({ network, optimizer: adam(), name: 'value', moments: 'valueAdam' });
}

type ValueLearner = ReturnType<typeof valueLearner>;

export interface ValueFitOptions {
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly learner: ValueLearner;
  readonly store: Store<ReturnType<ValueLearner['vectors']>>;
  readonly config: { readonly valueEpochs: number; readonly batchSize: number; readonly valueLearningRate: Schedule };
  readonly shuffleRng: Rng;
}

/** Regression of V(s) on its targets, by Adam on shuffled minibatches of the squared error. */
export function valueFit({ algorithm, spec, learner, store, config, shuffleRng }: ValueFitOptions) {
  const { valueEpochs, batchSize, valueLearningRate } = config;
  const fit = program(store, {
    name: `${algorithm}.value-fit`,
    inputs: { obs: observationInput(spec.observationSpace), valueTarget: ['batch'], valueLearningRate: [] },
    run: (state, { obs, valueTarget, valueLearningRate }) => {
      const { next, loss } = learner.descend(state, valueLearningRate, value => ({
        loss: tf.mean(tf.squaredDifference(value(obs), valueTarget)),
      }));
      return { state: next, metrics: { valueLoss: loss } };
    },
  });
  const ratesAt = scheduledInputs({ valueLearningRate });
  return {
    /** Fits the value, and returns its step size. @param share of the run that is done */
    async fit({ obs, valueTarget }: RolloutColumns, share: number, metrics: MeanMetrics, signal?: AbortSignal): Promise<number> {
      const rates = ratesAt(share);
      const passes = { columns: { obs, valueTarget }, rows: valueTarget.length, batchSize, epochs: valueEpochs };
      await passOver({ ...passes, rng: shuffleRng, signal }, async batch => {
        metrics.add(await (await fit({ ...batch, ...rates })).metrics.read());
        return false;
      });
      return valueAt(valueLearningRate, share);
    },
    dispose: () => fit.dispose(),
  };
}
