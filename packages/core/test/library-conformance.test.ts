import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { Bernoulli } from '../src/distributions/bernoulli.ts';
import { Categorical } from '../src/distributions/categorical.ts';
import { DiagonalGaussian } from '../src/distributions/diagonal-gaussian.ts';
import type { Distribution } from '../src/distributions/distribution.ts';
import { MultiCategorical } from '../src/distributions/multi-categorical.ts';
import { SquashedGaussian } from '../src/distributions/squashed-gaussian.ts';
import { activations } from '../src/nn/activation.ts';
import { gru } from '../src/nn/gru.ts';
import { hessianVectorProduct } from '../src/nn/hessian-vector-product.ts';
import { layout, type Params } from '../src/nn/layout.ts';
import { lstm } from '../src/nn/lstm.ts';
import { minAtarCnn } from '../src/nn/minatar-cnn.ts';
import { mlp } from '../src/nn/mlp.ts';
import { natureCnn } from '../src/nn/nature-cnn.ts';
import type { Network } from '../src/nn/network.ts';
import { valueAndGrad } from '../src/nn/value-and-grad.ts';
import { adam } from '../src/optim/adam.ts';
import { clipByGlobalNorm } from '../src/optim/clip-by-global-norm.ts';
import type { Optimizer } from '../src/optim/optimizer.ts';
import { rmsprop } from '../src/optim/rmsprop.ts';
import { sgd } from '../src/optim/sgd.ts';
import { createEngine } from '../src/program/create-engine.ts';
import type { Engine } from '../src/program/engine.ts';
import { program } from '../src/program/program.ts';
import { Store } from '../src/program/store.ts';

let onnx: Engine;
let wasm: Engine;
let eager: Engine;

beforeAll(async () => {
  [onnx, wasm] = [await createEngine('onnx'), await createEngine('wasm')];
  eager = await createEngine('tensorflow', { backend: 'cpu' });
});

type Outputs = Readonly<Record<string, tf.Tensor>>;
type Case = { readonly inputs: Readonly<Record<string, Float32Array>>; readonly run: (inputs: Outputs) => Outputs };

async function results(engine: Engine, { inputs, run }: Case): Promise<Record<string, number[]>> {
  const store = new Store(engine, { unused: new Float32Array(1) });
  const compute = program(store, {
    name: 'case',
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, [values.length]])),
    run: (_, tensors) => ({ outputs: run(tensors) }),
  });
  const { outputs } = await compute(inputs);
  const numbers = Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, Array.from(values)]));
  compute.dispose();
  store.dispose();
  return numbers;
}

/** Compiled and op by op agree to float32 rounding of the largest number of each result. */
async function expectSame(testCase: Case): Promise<void> {
  const expected = await results(eager, testCase);
  for (const engine of [onnx, wasm]) {
    const compiled = await results(engine, testCase);
    expect(Object.keys(compiled).toSorted()).toEqual(Object.keys(expected).toSorted());
    for (const [name, values] of Object.entries(expected)) {
      const scale = Math.max(1, ...values.map(Math.abs));
      expect(values.every(Number.isFinite), name).toBe(true);
      for (const [i, value] of values.entries())
        expect(Math.abs(compiled[name][i] - value), `${engine.name}: ${name}[${i}]`).toBeLessThan(2e-5 * scale);
    }
  }
}

const normals = (size: number, seed: number) => new Rng(seed).standardNormalInto(new Float32Array(size));
const uniforms = (size: number, seed: number) => new Rng(seed).uniformInto(new Float32Array(size));
const rows = (tensor: tf.Tensor, columns: number) => tf.reshape(tensor, [tensor.size / columns, columns]);

describe('distributions compile to the same numbers', () => {
  const [batch, columns] = [6, 5];
  const mask = tf.util.flatten([...Array(batch).keys()].map(row => [1, 0, 1, Number(row > 2), 0])) as number[];
  const bounds = { low: [-1, 0.5, -3, 0, 0], high: [1, 0.7, 4, 2, 1] };
  const kinds: readonly [string, (parameters: tf.Tensor) => Distribution, 'uniform' | 'normal', number][] = [
    ['Categorical', x => new Categorical(x), 'uniform', 1],
    ['Categorical with a mask', x => new Categorical(x, tf.tensor(mask, [batch, columns])), 'uniform', 1],
    ['MultiCategorical', x => new MultiCategorical(x, [2, 3]), 'uniform', 2],
    ['Bernoulli', x => new Bernoulli(x), 'uniform', columns],
    ['DiagonalGaussian', x => new DiagonalGaussian(x, tf.mul(x, 0.3)), 'normal', columns],
    ['DiagonalGaussian with one deviation', x => new DiagonalGaussian(x, tf.mean(x, 0)), 'normal', columns],
    ['SquashedGaussian', x => new SquashedGaussian(x, tf.mul(x, 0.3), bounds), 'normal', columns],
  ];

  it.each(kinds)('%s', async (_name, make, kind, width) => {
    const draw = kind === 'uniform' ? uniforms : normals;
    await expectSame({
      inputs: { p: normals(batch * columns, 1), q: normals(batch * columns, 2), noise: draw(batch * width, 3) },
      run({ p, q, noise }) {
        const [parameters, others] = [rows(p, columns), rows(q, columns)];
        const distribution = make(parameters);
        const sample = distribution.sample(width === 1 ? noise : rows(noise, width));
        const loss = (x: tf.Tensor) => tf.add(tf.mean(make(x).logProb(sample)), tf.mean(make(x).kl(make(others))));
        const entropy = distribution as Partial<Categorical>;
        return {
          sample: tf.cast(sample, 'float32'),
          mode: tf.cast(distribution.mode(), 'float32'),
          logProb: distribution.logProb(sample),
          kl: distribution.kl(make(others)),
          ...(entropy.entropy && { entropy: entropy.entropy() }),
          gradient: tf.grad(loss)(parameters),
        };
      },
    });
  });

  it('SquashedGaussian, differentiated through its samples', async () => {
    await expectSame({
      inputs: { mean: normals(batch * columns, 1), noise: normals(batch * columns, 2) },
      run({ mean, noise }) {
        const loss = (x: tf.Tensor) => {
          const { action, logProb } = new SquashedGaussian(x, tf.mul(x, 0.3), bounds).sampleWithLogProb(rows(noise, columns));
          return tf.sub(tf.mean(logProb), tf.mean(tf.square(action)));
        };
        return { gradient: tf.grad(loss)(rows(mean, columns)) };
      },
    });
  });
});

describe('networks compile to the same numbers', () => {
  const cases: readonly [string, Network, number, number][] = [
    ...activations.map((activation): [string, Network, number, number] => [
      `mlp with ${activation}`,
      mlp({ inputSize: 4, hiddenSizes: [8, 6], outputSize: 3, activation, layerNorm: activation === 'relu' }),
      5,
      4,
    ]),
    ['natureCnn', natureCnn({ height: 36, width: 36, channels: 2, hiddenSize: 16, outputSize: 3 }), 2, 36 * 36 * 2],
    ['minAtarCnn', minAtarCnn({ channels: 4, hiddenSize: 16, outputSize: 3 }), 2, 400],
  ];

  it.each(cases)('%s, with its gradient', async (_name, network, batch, columns) => {
    await expectSame({
      inputs: { flat: network.init(new Rng(1)), x: uniforms(batch * columns, 2) },
      run: ({ flat, x }) =>
        valueAndGrad(network.layout, params => {
          const output = network.apply(params, rows(x, columns));
          return { loss: tf.mean(tf.square(output)), output };
        })(flat as tf.Tensor1D),
    });
  });

  it('three steps of lstm and gru, with their gradients', async () => {
    const [memory, unit] = [lstm({ inputSize: 4, hiddenSize: 3 }), gru({ inputSize: 3, hiddenSize: 2 })];
    await expectSame({
      inputs: { memory: memory.init(new Rng(1)), unit: unit.init(new Rng(2)), x: normals(8, 3) },
      run: inputs => {
        const both = valueAndGrad({ memory: memory.layout, unit: unit.layout }, params => {
          let [state, hidden]: [Parameters<typeof memory.apply>[2], tf.Tensor] = [
            { hidden: tf.zeros([2, 3]), cell: tf.zeros([2, 3]) },
            tf.zeros([2, 2]),
          ];
          for (let t = 0; t < 3; t++) {
            state = memory.apply(params.memory, rows(inputs.x, 4), state);
            hidden = unit.apply(params.unit, state.hidden, hidden);
          }
          return { loss: tf.sum(tf.square(hidden)), cell: state.cell, hidden };
        });
        const { gradient, ...rest } = both({ memory: inputs.memory as tf.Tensor1D, unit: inputs.unit as tf.Tensor1D });
        return { ...rest, ...gradient };
      },
    });
  });

  it('a Hessian-vector product of a policy’s divergence', async () => {
    const network = mlp({ inputSize: 4, hiddenSizes: [8, 6], outputSize: 3 });
    await expectSame({
      inputs: { flat: network.init(new Rng(1)), vector: normals(network.layout.size, 2), x: normals(20, 3), old: normals(15, 4) },
      run({ flat, vector, x, old }) {
        const kl = (params: Params) =>
          tf.mean(new Categorical(rows(old, 3)).kl(new Categorical(network.apply(params, rows(x, 4)))));
        return { product: hessianVectorProduct(network.layout, kl)(flat as tf.Tensor1D, vector as tf.Tensor1D) };
      },
    });
  });
});

describe('optimisers compile to the same numbers', () => {
  const size = 40;
  const optimizers: readonly [string, Optimizer][] = [
    ['adam', adam({ weightDecay: 0.01 })],
    ['rmsprop', rmsprop({ centered: true, momentum: 0.9, epsilonPlacement: 'inside', epsilon: 0.01 })],
    ['sgd', sgd({ momentum: 0.9, nesterov: true })],
  ];

  it.each(optimizers)('%s over 100 steps with clipping', async (_name, optimizer) => {
    const well = layout([['x', [size]]]);
    const trained = async (engine: Engine) => {
      const store = new Store(engine, { parameters: normals(size, 1), optimizer: optimizer.init(size) });
      const update = program(store, {
        name: 'update',
        inputs: { noise: [size], learningRate: [] },
        run({ parameters, optimizer: state }, { noise, learningRate }) {
          const { loss, gradient } = valueAndGrad(well, ({ x }) => ({ loss: tf.sum(tf.square(tf.sub(x, noise))) }))(parameters);
          const clipped = clipByGlobalNorm(gradient, 5);
          const next = optimizer.step({ parameters, gradient: clipped.gradient, state, learningRate });
          return { state: { parameters: next.parameters, optimizer: next.state }, metrics: { loss, norm: clipped.norm } };
        },
      });
      const rng = new Rng(7);
      for (let t = 0; t < 100; t++) {
        await update({ noise: rng.standardNormalInto(new Float32Array(size)), learningRate: Float32Array.of(0.01 * 0.99 ** t) });
      }
      const state = await store.state();
      update.dispose();
      store.dispose();
      return state;
    };
    const expected = await trained(eager);
    for (const engine of [onnx, wasm]) {
      const compiled = await trained(engine);
      expect(Object.keys(compiled).toSorted()).toEqual(Object.keys(expected).toSorted());
      for (const [name, values] of Object.entries(expected)) {
        for (const [i, value] of values.entries())
          expect(compiled[name][i], `${engine.name}: ${name}[${i}]`).toBeCloseTo(value, 4);
      }
    }
  });
});
