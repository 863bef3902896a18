import type * as tf from '@tensorflow/tfjs-core';
import { type MaybePromise, type Metrics, message, type NumericArray, ProgramError } from '@zpin/contracts';
import type { Executable, FlatResult, InputSpec, InputType, ProgramSource, Results } from './engine.ts';
import { flattenTree, nestTree, type StateTensors, type StateUpdate, type Store, type VectorTree } from './store.ts';

/** Size of an axis: a number, or `'batch'` for one that is read off the arrays of each call. */
export type Dimension = number | 'batch';

/** Shape of an input of 32-bit floats, or a shape with its element type as `int32(...)`, `bool(...)`, `uint8(...)` give it. */
export type InputShape = readonly Dimension[] | { readonly type: InputType; readonly shape: readonly Dimension[] };

/** An input of 32-bit integers: indices, actions. */
export const int32 = (shape: readonly Dimension[]): InputShape => ({ type: 'int32', shape });
/** An input of 0 and 1, given as `Uint8Array`. */
export const bool = (shape: readonly Dimension[]): InputShape => ({ type: 'bool', shape });
/** An input of bytes (pixels), given as `Uint8Array`; `run` sees an int32 tensor. */
export const uint8 = (shape: readonly Dimension[]): InputShape => ({ type: 'uint8', shape });

/** Tensors by name, as `run` sees the inputs. */
export type InputTensors<I> = { readonly [K in keyof I]: tf.Tensor };

export interface ProgramDefinition<S extends VectorTree, I extends Readonly<Record<string, InputShape>>, O extends string> {
  /** For messages. */
  readonly name: string;
  readonly inputs: I;
  /**
   * The computation: pure, of TensorFlow.js ops. It is run once per batch size to be recorded. Noise comes in as an input;
   * reading a value inside is an error.
   */
  run(
    state: StateTensors<S>,
    inputs: InputTensors<I>,
  ): {
    readonly state?: StateUpdate<S>;
    readonly outputs?: Readonly<Record<O, tf.Tensor>>;
    readonly metrics?: Readonly<Record<string, tf.Tensor>>;
  };
}

/** Results of one call. `outputs`, and metrics that were not read, are overwritten by the next call with the same batch size. */
export interface ProgramResult<O extends string> {
  readonly outputs: Readonly<Record<O, NumericArray>>;
  readonly metrics: Metrics;
}

/** A compiled computation over a store. Always await the call: it answers at once where the engine can. */
export type Program<I, O extends string> = ((
  inputs: { readonly [K in keyof I]: NumericArray },
) => MaybePromise<ProgramResult<O>>) & {
  /** Frees what the engine compiled. */
  dispose(): void;
};

/**
 * Compiles a pure function of TensorFlow.js ops over the vectors of a store.
 *
 * The function is recorded on the first call with each batch size and handed to the store's engine; later calls only move
 * numbers. Inputs are typed arrays, row-major. New state is written back to the store when the call returns.
 * @throws ProgramError when an input is missing or has the wrong length or type, when `run` is not pure, or when the store was disposed of
 */
export function program<S extends VectorTree, I extends Readonly<Record<string, InputShape>>, O extends string = never>(
  store: Store<S>,
  definition: ProgramDefinition<S, I, O>,
): Program<I, O> {
  const specs = Object.entries(definition.inputs).map(([name, shape]) => new InputReader(definition.name, name, shape));
  const executables = new Map<number, Executable>();
  const source = (batch: number): ProgramSource => ({
    name: definition.name,
    inputs: Object.fromEntries(specs.map(spec => [spec.name, spec.at(batch)])),
    state: Object.fromEntries(store.vectors),
    run: (state, inputs) =>
      flattenResult(definition.name, store, definition.run(nestTree(state) as StateTensors<S>, inputs as InputTensors<I>)),
  });

  function call(inputs: { readonly [K in keyof I]: NumericArray }): MaybePromise<ProgramResult<O>> {
    let batch = -1;
    for (const spec of specs) batch = spec.check((inputs as Record<string, NumericArray>)[spec.name], batch);
    const ready = executables.get(batch);
    if (ready) return finish(ready, ready.run(inputs));
    store.check(`program "${definition.name}"`);
    const built = store.engine.build(source(batch));
    if (built instanceof Promise) {
      return built.then(executable => {
        executables.set(batch, executable);
        return finish(executable, executable.run(inputs));
      });
    }
    executables.set(batch, built);
    return finish(built, built.run(inputs));
  }

  const finish = (executable: Executable, results: MaybePromise<Results>): MaybePromise<ProgramResult<O>> =>
    results instanceof Promise ? results.then(done => wrap(executable, done)) : wrap(executable, results);
  const wrap = (executable: Executable, results: Results): ProgramResult<O> => {
    // The next call overwrites metrics that nobody has read; those that were read keep their numbers.
    let values: ReturnType<Metrics['read']> | undefined;
    const read = () => {
      values ??= results.metrics();
      return values;
    };
    return { outputs: results.outputs as Record<O, NumericArray>, metrics: { names: executable.metricNames, read } };
  };

  return Object.assign(call, {
    dispose: () => {
      for (const executable of executables.values()) executable.dispose();
      executables.clear();
    },
  });
}

const ARRAY_TYPE = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, uint8: Uint8Array } as const;

/** Checks the array given for one input, and reads the batch size off it. */
class InputReader {
  readonly #program: string;
  readonly name: string;
  readonly #type: InputType;
  readonly #shape: readonly Dimension[];
  /** Numbers per row of the batch, or in all when no axis is the batch. */
  readonly #fixed: number;
  readonly #batches: number;

  constructor(program: string, name: string, shape: InputShape) {
    this.#program = program;
    this.name = name;
    this.#type = 'type' in shape ? shape.type : 'float32';
    this.#shape = 'type' in shape ? shape.shape : shape;
    this.#batches = this.#shape.filter(dimension => dimension === 'batch').length;
    this.#fixed = this.#shape.reduce<number>((size, dimension) => (dimension === 'batch' ? size : size * dimension), 1);
    if (this.#batches > 1)
      throw new ProgramError(
        message(`program "${program}"`, `input "${name}" must have one batch axis at most`, shape, 'Give the other axes numbers'),
      );
  }

  /** The spec for a batch size. */
  at(batch: number): InputSpec {
    return { type: this.#type, shape: this.#shape.map(dimension => (dimension === 'batch' ? batch : dimension)) };
  }

  /** Returns the batch size: the one known already, or the one of this array. */
  check(array: NumericArray | undefined, batch: number): number {
    if (!(array instanceof ARRAY_TYPE[this.#type])) {
      const found = array === undefined ? 'nothing' : (array as object).constructor.name;
      throw new ProgramError(
        message(
          this.#where(),
          `must be a ${ARRAY_TYPE[this.#type].name} [${this.#shape}]`,
          found,
          'Pass a typed array of that type',
        ),
      );
    }
    if (this.#batches === 0) {
      if (array.length === this.#fixed) return batch;
    } else {
      const size = array.length / this.#fixed;
      if (Number.isInteger(size) && size > 0 && (batch === -1 || batch === size)) return size;
    }
    const expected = batch === -1 ? `[${this.#shape}]` : `[${this.at(batch).shape}]`;
    throw new ProgramError(
      message(this.#where(), `must have the shape ${expected}`, `${array.length} numbers`, 'Check the length of the array'),
    );
  }

  #where(): string {
    return `program "${this.#program}": input "${this.name}"`;
  }
}

/** Names with dots, and checks that the state keeps its names and sizes. */
function flattenResult(
  name: string,
  store: Store<VectorTree>,
  result: { state?: object; outputs?: Readonly<Record<string, tf.Tensor>>; metrics?: Readonly<Record<string, tf.Tensor>> },
): FlatResult {
  const state = Object.fromEntries(flattenTree<tf.Tensor>(result.state ?? {}));
  for (const [key, tensor] of Object.entries(state)) {
    const size = store.vectors.get(key)?.size;
    if (size !== tensor.size) {
      const expectation =
        size === undefined
          ? `new state must be one of ${[...store.vectors.keys()].join(', ')}`
          : `state "${key}" must keep its ${size} numbers`;
      throw new ProgramError(
        message(`program "${name}"`, expectation, `"${key}" [${tensor.shape}]`, 'Return new values under the names of the store'),
      );
    }
    if (tensor.dtype !== 'float32')
      throw new ProgramError(message(`program "${name}"`, `state "${key}" must be float32`, tensor.dtype, 'Cast it'));
  }
  for (const [key, tensor] of Object.entries(result.metrics ?? {})) {
    if (tensor.size !== 1)
      throw new ProgramError(
        message(`program "${name}"`, `metric "${key}" must be a scalar`, `[${tensor.shape}]`, 'Reduce it with tf.mean'),
      );
  }
  return { state, outputs: result.outputs ?? {}, metrics: result.metrics ?? {} };
}
