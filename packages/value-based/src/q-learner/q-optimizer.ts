import { field, type ValuesOf } from '@zpin/contracts';
import { adam, type Optimizer, rmsprop } from '@zpin/core';

/** Settings of the optimiser of the DQN family. */
export const optimizerFields = {
  optimizer: field.choice(['adam', 'rmsprop', 'centered-rmsprop'], {
    default: 'adam',
    meaning: "rule by which gradients change the parameters; rmsprop is TensorFlow 1's, centered-rmsprop that of the DQN of 2015",
  }),
  optimizerEpsilon: field.positive({
    default: null,
    meaning: 'keeps the divisor of the optimiser from 0; null: 1e-8 of adam, 1e-10 of rmsprop, 0.01 of centered-rmsprop',
  }),
  rmspropDecay: field.number({
    min: 0,
    below: 1,
    default: null,
    meaning: 'decay of the means of RMSprop; null: 0.9 of rmsprop, 0.95 of centered-rmsprop',
  }),
};

export type OptimizerConfig = ValuesOf<typeof optimizerFields>;

/**
 * The optimiser that settings ask for.
 *
 * - `adam`: Kingma & Ba 2015. Epsilon is added to the root.
 * - `rmsprop`: √(v + ε) divides, and v begins at 1, so that the first steps are short, as `tf.train.RMSPropOptimizer` has it.
 * - `centered-rmsprop`: √(v − ḡ² + ε) divides, and both means begin at 0 (Mnih et al. 2015, extended data table 1: the two momenta
 *   are `rmspropDecay`, the minimum squared gradient is `optimizerEpsilon`).
 */
export function optimizerOf({ optimizer, optimizerEpsilon, rmspropDecay }: OptimizerConfig): Optimizer {
  switch (optimizer) {
    case 'adam':
      return adam({ epsilon: optimizerEpsilon ?? 1e-8 });
    case 'rmsprop':
      return rmsprop({
        decay: rmspropDecay ?? 0.9,
        epsilon: optimizerEpsilon ?? 1e-10,
        epsilonPlacement: 'inside',
        initialMeanSquare: 1,
      });
    case 'centered-rmsprop':
      return rmsprop({
        decay: rmspropDecay ?? 0.95,
        epsilon: optimizerEpsilon ?? 0.01,
        epsilonPlacement: 'inside',
        centered: true,
      });
  }
}
