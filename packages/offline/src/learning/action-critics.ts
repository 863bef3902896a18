import type * as tf from '@tensorflow/tfjs-core';
import type { EnvSpec } from '@zpin/contracts';
import { combine, type InputShape, int32, observationNetwork, offsetBy, takeAction } from '@zpin/core';
import { actionBox, type Critics, criticsOf, type NetworkConfig } from '@zpin/offpolicy';
import { requireBox } from '../acting/action-kind.ts';

/** What critics of actions of one kind are. */
export interface ActionCritics {
  /** Q_i(s, a) of actions as `seen` gives them, `[B]` each. */
  readonly critic: Critics;
  /** Shape of a batch of actions as the data have them. */
  readonly action: InputShape;
  /** Actions of the data as critics see them. */
  seen(action: tf.Tensor): tf.Tensor;
}

export interface ActionCriticsOptions {
  /** Named in errors. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly config: NetworkConfig;
  /** Critics of equal form and different first weights. */
  readonly count: number;
}

/**
 * Critics of one action: for `Discrete` ones networks of the values of all actions, of which that of the data is taken, for a
 * `Box` networks of observation and action, which lies in [−1, 1]ᴷ.
 * @throws SpaceError unless actions are `Discrete`, or a `Box` of floats with finite bounds
 */
export function actionCritics({ algorithm, spec, config, count }: ActionCriticsOptions): ActionCritics {
  const { actionSpace } = spec;
  if (actionSpace.type !== 'discrete') {
    requireBox(algorithm, spec, 'Discrete or a Box of floats');
    const box = actionBox(algorithm, spec);
    return { critic: criticsOf(box, { spec, config }, { count }), action: ['batch', box.size], seen: box.toUnit };
  }
  const { hiddenSizes, convolutions, activation } = config;
  const options = { hiddenSizes, convolutions, activation, outputSize: actionSpace.n, initialization: 'fan-in' } as const;
  const scores = observationNetwork(spec.observationSpace, options);
  const names = Array.from({ length: count }, (_, i) => `q${i}`);
  const { parts, ...pair } = combine(Object.fromEntries(names.map(name => [name, scores])));
  return {
    critic: {
      ...pair,
      apply: (params, obs, action) => names.map(name => takeAction(parts[name].apply(params, obs), action)),
    },
    action: int32(['batch']),
    seen: action => offsetBy(action, -actionSpace.start),
  };
}
