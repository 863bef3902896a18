/** Layers of a network that can act without an engine: sizes of all layers, then weights `[inputs, outputs]` and biases of each. */
export interface PlainNetwork {
  /** Numbers that come in, units of each hidden layer, numbers that go out. */
  readonly sizes: readonly number[];
  readonly weights: Float32Array;
}

/** Writes a network as bytes: how many sizes, the sizes, the weights, 4 bytes each. */
export function encodeNetwork({ sizes, weights }: PlainNetwork): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 * (1 + sizes.length + weights.length));
  new Uint32Array(bytes.buffer).set([sizes.length, ...sizes]);
  new Float32Array(bytes.buffer, 4 * (1 + sizes.length)).set(weights);
  return bytes;
}

/** Reads what `encodeNetwork` wrote. @throws Error when the weights are not as many as the sizes need */
export function decodeNetwork(buffer: ArrayBuffer): PlainNetwork {
  const [count = 0] = new Uint32Array(buffer, 0, 1);
  const sizes = [...new Uint32Array(buffer, 4, count)];
  const weights = new Float32Array(buffer, 4 * (1 + count));
  const needed = sizes.slice(1).reduce((sum, outputs, i) => sum + (sizes[i] + 1) * outputs, 0);
  if (weights.length !== needed) throw new Error(`decodeNetwork: there must be ${needed} weights, got ${weights.length}.`);
  return { sizes, weights };
}

/** A greedy policy over action values, with ReLU behind its hidden layers: a page that only plays needs no engine for it. */
export class PlainPolicy {
  readonly #network: PlainNetwork;
  readonly #layers: readonly Float32Array[];

  constructor(network: PlainNetwork) {
    this.#network = network;
    this.#layers = network.sizes.map(size => new Float32Array(size));
  }

  /** The action of the largest value, the first one of equals. @param obs `[D]` */
  act(obs: ArrayLike<number>): number {
    const { sizes, weights } = this.#network;
    this.#layers[0].set(obs);
    let offset = 0;
    for (let layer = 1; layer < sizes.length; layer++) {
      const [before, after] = [this.#layers[layer - 1], this.#layers[layer]];
      const bias = offset + before.length * after.length;
      for (let unit = 0; unit < after.length; unit++) {
        let sum = weights[bias + unit];
        for (let i = 0; i < before.length; i++) sum += before[i] * weights[offset + i * after.length + unit];
        after[unit] = layer < sizes.length - 1 ? Math.max(0, sum) : sum;
      }
      offset = bias + after.length;
    }
    const values = this.#layers[sizes.length - 1];
    return values.reduce((best, value, action) => (value > values[best] ? action : best), 0);
  }
}
