/**
 * Multiplications and additions in the matrix products of one update; the rest of its arithmetic grows with the units, not their
 * squares.
 */
export interface UpdateSizes {
  readonly batchSize: number;
  readonly obsSize: number;
  readonly actionSize: number;
  readonly hiddenSizes: readonly number[];
}

/** Of a network with layers of these sizes, from the input on, for one batch. */
class Cost {
  readonly forward: number;
  readonly #first: number;

  constructor(batchSize: number, sizes: readonly number[]) {
    const products = sizes.slice(1).map((out, i) => 2 * batchSize * (sizes[i] as number) * out);
    this.forward = products.reduce((sum, product) => sum + product, 0);
    this.#first = products[0] as number;
  }

  /** Gradients of all weights: one product per layer for these, and one for the gradient handed down, but to the inputs. */
  get learn(): number {
    return 2 * this.forward - this.#first;
  }

  /** Gradient of `wanted` of `inputs` numbers that come in. */
  down(wanted: number, inputs: number): number {
    return this.forward - this.#first + (this.#first * wanted) / inputs;
  }
}

/** What cannot be left out of one update, in floating point operations. A delayed policy counts by its share of the updates. */
export function updateFlops(
  algorithm: 'ddpg' | 'td3' | 'sac',
  { batchSize, obsSize, actionSize, hiddenSizes }: UpdateSizes,
): number {
  const inputs = obsSize + actionSize;
  const actor = new Cost(batchSize, [obsSize, ...hiddenSizes, algorithm === 'sac' ? 2 * actionSize : actionSize]);
  const critic = new Cost(batchSize, [inputs, ...hiddenSizes, 1]);
  const critics = algorithm === 'ddpg' ? 1 : 2;
  const policyShare = algorithm === 'td3' ? 0.5 : 1;
  const judges = algorithm === 'sac' ? 2 : 1;
  const target = actor.forward + critics * critic.forward;
  const learnCritics = critics * (critic.forward + critic.learn);
  const learnActor = actor.forward + actor.learn + judges * (critic.forward + critic.down(actionSize, inputs));
  return target + learnCritics + policyShare * learnActor;
}
