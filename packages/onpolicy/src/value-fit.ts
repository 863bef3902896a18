import * as tf from '@tensorflow/tfjs';
import type { EnvSpec, Rng, Rollout } from '@zpin/contracts';
import {
  adam,
  count,
  type MeanMetrics,
  observationInput,
  type ParameterLayout,
  program,
  type Store,
  scheduled,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import type { SeparateActorCritic } from './actor-critic.ts';
import { minibatches } from './minibatches.ts';

/** Settings of every algorithm that fits its value apart from its policy. */
export const valueFitFields = {
  learningRate: scheduled(z.number().nonnegative(), { default: 1e-3, meaning: 'step size of Adam for the value' }),
  valueEpochs: count({ default: 10, meaning: 'passes over a rollout in which the value is fitted to it' }),
  batchSize: count({ default: 128, unit: 'transitions', meaning: 'size of a minibatch of the value' }),
};

const optimizer = adam();

/** First vectors of the store: the value and its optimiser. */
export function valueVectors({ separate: { value } }: SeparateActorCritic, rng: Rng) {
  return { value: value.init(rng), valueAdam: optimizer.init(value.layout.size) };
}

type ValueVectors = ReturnType<typeof valueVectors>;

export interface ValueFitOptions {
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly network: SeparateActorCritic;
  readonly store: Store<ValueVectors>;
  readonly config: { readonly valueEpochs: number; readonly batchSize: number };
  readonly shuffleRng: Rng;
}

/** Regression of V(s) on its targets, by Adam on shuffled minibatches of the squared error. */
export function valueFit({ algorithm, spec, network, store, config, shuffleRng }: ValueFitOptions) {
  const layout: ParameterLayout = network.separate.value.layout;
  const fitProgram = program(store, {
    name: `${algorithm}.value-fit`,
    inputs: { obs: observationInput(spec.observationSpace), valueTarget: ['batch'], learningRate: [] },
    run: ({ value, valueAdam }, { obs, valueTarget, learningRate }) => {
      const { loss, gradient } = valueAndGrad(layout, params => ({
        loss: tf.mean(tf.squaredDifference(network.value(params, obs), valueTarget)),
      }))(value);
      const next = optimizer.step({ parameters: value, gradient, state: valueAdam, learningRate });
      return { state: { value: next.parameters, valueAdam: next.state }, metrics: { valueLoss: loss } };
    },
  });
  const step = new Float32Array(1);
  return {
    /** @param valueTarget `[T, N]` */
    async fit({ obs }: Rollout, valueTarget: Float32Array, learningRate: number, metrics: MeanMetrics): Promise<void> {
      step[0] = learningRate;
      for (let epoch = 0; epoch < config.valueEpochs; epoch++) {
        for (const batch of minibatches({ obs, valueTarget }, valueTarget.length, config.batchSize, shuffleRng)) {
          metrics.add(await (await fitProgram({ ...batch, learningRate: step })).metrics.read());
        }
      }
    },
    dispose: () => fitProgram.dispose(),
  };
}
