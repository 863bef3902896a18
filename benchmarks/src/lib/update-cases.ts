import * as tf from '@tensorflow/tfjs-core';
import { type NumericArray, Rng } from '@zpin/contracts';
import { adam, type Engine, mlp, type Network, natureCnn, program, Store, unflattenParams, valueAndGrad } from '@zpin/core';

/** One thing to time: makes a function that does it once. */
export interface SpeedCase {
  /** Equal to the name that `python/update_step.py` prints. */
  readonly name: string;
  /** Calls per sample. */
  readonly inner: number;
  prepare(engine: Engine): Promise<() => unknown>;
}

/** Forward, backward and Adam on the mean squared error against a fixed target. */
export function updateStep(
  name: string,
  inner: number,
  network: Network,
  batch: number,
  inputSize: number,
  outputSize: number,
): SpeedCase {
  return {
    name,
    inner,
    async prepare(engine) {
      const rng = new Rng(0);
      const optimizer = adam();
      const store = new Store(engine, { parameters: network.init(rng), adam: optimizer.init(network.layout.size) });
      const update = program(store, {
        name,
        inputs: { x: [batch, inputSize], y: [batch, outputSize], learningRate: [] },
        run: ({ parameters, adam: moments }, { x, y, learningRate }) => {
          const { loss, gradient } = valueAndGrad(network.layout, params => ({
            loss: tf.mean(tf.squaredDifference(network.apply(params, x), y)),
          }))(parameters);
          const next = optimizer.step({ parameters, gradient, state: moments, learningRate });
          return { state: { parameters: next.parameters, adam: next.state }, metrics: { loss } };
        },
      });
      const x = rng.standardNormalInto(new Float32Array(batch * inputSize));
      const y = rng.standardNormalInto(new Float32Array(batch * outputSize));
      const learningRate = Float32Array.of(3e-4);
      return () => update({ x, y, learningRate });
    },
  };
}

/** Greedy action of a 4-64-64-2 policy for one observation. */
const oneAction: SpeedCase = {
  name: 'one action 4-64-64-2',
  inner: 500,
  async prepare(engine) {
    const rng = new Rng(0);
    const network = mlp({ inputSize: 4, hiddenSizes: [64, 64], outputSize: 2 });
    const store = new Store(engine, { parameters: network.init(rng) });
    const act = program(store, {
      name: 'act',
      inputs: { obs: ['batch', 4] },
      run: ({ parameters }, { obs }) => ({
        outputs: { action: tf.argMax(network.apply(unflattenParams(network.layout, parameters), obs), 1) },
      }),
    });
    const obs = rng.standardNormalInto(new Float32Array(4));
    return async () => ((await act({ obs })).outputs.action as NumericArray)[0];
  },
};

/** The network of the Nature paper on a batch of 32, as DQN's. */
export const natureUpdate = updateStep(
  'nature cnn 84x84x4, batch 32',
  2,
  natureCnn({ outputSize: 6, initialization: 'fan-in' }),
  32,
  84 * 84 * 4,
  6,
);

export const speedCases: readonly SpeedCase[] = [
  updateStep('mlp 4-64-64-2, batch 64', 100, mlp({ inputSize: 4, hiddenSizes: [64, 64], outputSize: 2 }), 64, 4, 2),
  updateStep('mlp 17-256-256-6, batch 256', 20, mlp({ inputSize: 17, hiddenSizes: [256, 256], outputSize: 6 }), 256, 17, 6),
  natureUpdate,
  oneAction,
];
