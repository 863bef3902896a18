import * as tf from '@tensorflow/tfjs-core';
import type { MaybePromise, NumericArray } from '@zpin/contracts';
import type { Engine, Executable, InputSpec, ProgramSource, Results, StateVector, TensorflowBackend } from '../engine.ts';
import { registerGradients } from '../gradients/gradients.ts';

/**
 * Runs programs op by op on a TensorFlow.js backend.
 * @param backend its registered name @param what it is, for the description @param why it was taken, for the description
 */
export function tensorflowEngine(backend: TensorflowBackend, what: string, why: string): Engine {
  registerGradients();
  return {
    name: 'tensorflow',
    backend,
    description: `tensorflow: ${what} (${why})`,
    allocate: values => new DeviceVector(backend, values),
    build: source => new EagerProgram(backend, source),
  };
}

/** Runs `body` with a backend active, and puts the one that was active back. */
function on<T>(backend: string, body: () => T): T {
  const previous = tf.getBackend();
  if (previous === backend) return body();
  tf.setBackend(backend);
  try {
    return body();
  } finally {
    tf.setBackend(previous);
  }
}

/** A state vector that stays on the device between calls. */
class DeviceVector implements StateVector {
  readonly size: number;
  readonly #backend: string;
  #tensor: tf.Tensor1D;

  constructor(backend: string, values: Float32Array) {
    this.size = values.length;
    this.#backend = backend;
    this.#tensor = this.#upload(values);
  }

  get tensor(): tf.Tensor1D {
    return this.#tensor;
  }

  /** Takes ownership of `next`. */
  replace(next: tf.Tensor1D): void {
    this.#tensor.dispose();
    this.#tensor = next;
  }

  read(): MaybePromise<Float32Array> {
    return this.#tensor.data().then(values => Float32Array.from(values));
  }

  write(values: Float32Array): void {
    this.replace(this.#upload(values));
  }

  dispose(): void {
    this.#tensor.dispose();
  }

  #upload(values: Float32Array): tf.Tensor1D {
    // Backends may keep the array they are given, so it is copied first.
    return on(this.#backend, () => tf.keep(tf.tensor1d(values.slice(), 'float32')));
  }
}

/** Backends whose numbers are in main memory: reading them needs no promise. */
const SYNCHRONOUS = new Set(['cpu', 'wasm', 'tensorflow']);

class EagerProgram implements Executable {
  readonly #backend: string;
  readonly #source: ProgramSource;
  metricNames: readonly string[] = [];

  constructor(backend: string, source: ProgramSource) {
    this.#backend = backend;
    this.#source = source;
  }

  run(given: Readonly<Record<string, NumericArray>>): MaybePromise<Results> {
    return on(this.#backend, () => this.#run(given));
  }

  #run(given: Readonly<Record<string, NumericArray>>): MaybePromise<Results> {
    const vectors = this.#source.state as Readonly<Record<string, DeviceVector>>;
    const state = Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [name, vector.tensor]));
    const next: [DeviceVector, tf.Tensor1D][] = [];
    const outputs = new Map<string, tf.Tensor>();
    const metrics = new Map<string, tf.Tensor>();
    const survive = <T extends tf.Tensor>(tensor: T): T => tf.keep(tf.clone(tensor));
    tf.tidy(() => {
      const inputs = Object.fromEntries(
        Object.entries(this.#source.inputs).map(([name, spec]) => [name, toTensor(given[name] as NumericArray, spec)]),
      );
      const result = this.#source.run(state, inputs);
      // New state gets a handle of its own: it may be the very tensor of another vector.
      for (const [name, tensor] of Object.entries(result.state))
        next.push([vectors[name] as DeviceVector, survive(tf.reshape(tensor, [-1]))]);
      for (const [name, tensor] of Object.entries(result.outputs)) outputs.set(name, survive(tensor));
      for (const [name, tensor] of Object.entries(result.metrics))
        metrics.set(name, survive(tf.cast(tf.reshape(tensor, []), 'float32')));
    });
    for (const [vector, tensor] of next) vector.replace(tensor);
    this.metricNames = [...metrics.keys()];
    if (!SYNCHRONOUS.has(this.#backend)) return this.#download(outputs, metrics);
    const values = Object.fromEntries([...metrics].map(([name, tensor]) => [name, tensor.dataSync()[0] as number]));
    const arrays = Object.fromEntries([...outputs].map(([name, tensor]) => [name, tensor.dataSync().slice() as NumericArray]));
    tf.dispose([...outputs.values(), ...metrics.values()]);
    return { outputs: arrays, metrics: () => values };
  }

  async #download(outputs: ReadonlyMap<string, tf.Tensor>, metrics: ReadonlyMap<string, tf.Tensor>): Promise<Results> {
    // Scalars stay on the device as one vector until someone reads them, or until the next call drops them.
    this.#pending?.dispose();
    const names = [...metrics.keys()];
    const pending = names.length === 0 ? null : tf.tidy(() => tf.keep(tf.stack([...metrics.values()])));
    this.#pending = pending;
    tf.dispose([...metrics.values()]);
    const arrays: Record<string, NumericArray> = {};
    for (const [name, tensor] of outputs) {
      arrays[name] = (await tensor.data()) as NumericArray;
      tensor.dispose();
    }
    return {
      outputs: arrays,
      metrics: async () => {
        const values = pending ? await pending.data() : [];
        return Object.fromEntries(names.map((name, i) => [name, values[i] as number]));
      },
    };
  }

  #pending: tf.Tensor | null = null;

  dispose(): void {
    this.#pending?.dispose();
    this.#pending = null;
  }
}

function toTensor(array: NumericArray, { type, shape }: InputSpec): tf.Tensor {
  // Backends may keep the array they are given, and the caller uses it again: copy.
  if (type === 'uint8') return tf.tensor(Int32Array.from(array), [...shape], 'int32');
  return tf.tensor(array.slice(), [...shape], type);
}
