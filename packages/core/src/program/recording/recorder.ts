import * as tf from '@tensorflow/tfjs-core';
import { message, ProgramError } from '@zpin/contracts';
import { registerGradients } from '../gradients/gradients.ts';
import { GraphBuilder } from './builder.ts';
import { type ElementArray, type ElementType, reachable, type Value } from './graph.ts';
import { type Kernel, kernels } from './kernels/index.ts';
import { unsupportedKernels } from './kernels/unsupported.ts';

/** Name under which the recorder is known to TensorFlow.js as a backend. */
const BACKEND = 'zpin-recorder';

/** Element type, and shape of an input of a program. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly type: 'float32' | 'int32' | 'bool' | 'uint8';
}

/** A recorded program: what goes in and what comes out, by name. */
export interface Recording {
  readonly inputs: Readonly<Record<string, Value>>;
  readonly outputs: Readonly<Record<string, Value>>;
  /** What the graph was made by; passes make new values with it. */
  readonly builder: GraphBuilder;
}

/** A TensorFlow.js backend that computes nothing: every kernel call becomes a value of a graph. */
class RecorderBackend extends tf.KernelBackend {
  builder = new GraphBuilder();
  program = '';
  readonly #values = new WeakMap<object, Value>();

  begin(program: string): void {
    this.builder = new GraphBuilder();
    this.program = program;
  }

  /** The value behind a tensor. */
  value(tensor: tf.TensorInfo): Value {
    const value = this.#values.get(tensor.dataId);
    if (!value) {
      throw new ProgramError(
        message(
          `program "${this.program}"`,
          'every tensor must be made inside the program or come in as an input or state',
          `a ${tensor.dtype} tensor [${tensor.shape}] from outside`,
          'Name it in `inputs`, keep it in the store, or make the constant inside `run`',
        ),
      );
    }
    return value;
  }

  /** A tensor's handle for a value. */
  wrap(value: Value): tf.TensorInfo {
    const dataId = {};
    this.#values.set(dataId, value);
    return { dataId, shape: [...value.shape], dtype: tensorType(value.type) };
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    return this.wrap(this.builder.constant(toElements(values, dtype), shape, elementType(dtype))).dataId;
  }

  override read(dataId: tf.DataId): Promise<tf.BackendValues> {
    return Promise.reject(this.#readError(dataId));
  }

  override readSync(dataId: tf.DataId): tf.BackendValues {
    throw this.#readError(dataId);
  }

  #readError(dataId: tf.DataId): ProgramError {
    const value = this.#values.get(dataId);
    const what =
      value?.source.kind === 'operation' ? `${value.source.operator} [${value.shape}]` : `a tensor [${value?.shape ?? '?'}]`;
    return new ProgramError(
      message(
        `program "${this.program}"`,
        'no value may be read while the program is recorded (dataSync, arraySync, data, array, print)',
        `a read of the result of ${what}`,
        'Return it in `outputs` or `metrics` and read it after the call; choose between values with tf.where',
      ),
    );
  }

  override move(): void {
    throw new ProgramError(
      message(
        `program "${this.program}"`,
        'tensors must stay on the recorder',
        'a tensor of another backend',
        'Make it inside `run`',
      ),
    );
  }

  override dispose(): void {}
  override disposeData(): boolean {
    return true;
  }
  override numDataIds(): number {
    return 0;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {}
  decRef(): void {}
  override epsilon(): number {
    return 1e-7;
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
}

let backend: RecorderBackend | null = null;

/** The recorder, its kernels registered. It is a backend of TensorFlow.js only while it records. */
function recorderBackend(): RecorderBackend {
  if (backend) return backend;
  const created = new RecorderBackend();
  for (const [kernelName, kernel] of Object.entries(kernels))
    tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc: adapt(kernelName, kernel) });
  // A kernel without lowering is named, with what it was called on, instead of TensorFlow.js' "not registered".
  for (const kernelName of unsupportedKernels) {
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs }) => {
        const shapes = Object.values(inputs).map(input => `[${(input as tf.TensorInfo).shape}]`);
        throw new ProgramError(
          message(
            `program "${created.program}"`,
            'every op must have a compiled form',
            `kernel ${kernelName} on ${shapes.join(', ')}`,
            "Write it with other ops, or run on the engine 'tensorflow'",
          ),
        );
      },
    });
  }
  backend = created;
  return created;
}

function adapt(kernelName: string, kernel: Kernel): tf.KernelFunc {
  return ({ inputs, attrs, backend: target }) => {
    const recorder = target as RecorderBackend;
    const named: Record<string, Value> = {};
    for (const [name, tensor] of Object.entries(inputs)) if (tensor) named[name] = recorder.value(tensor as tf.TensorInfo);
    let result: Value | Value[];
    try {
      result = kernel({ inputs: named, attributes: (attrs ?? {}) as Record<string, never>, builder: recorder.builder });
    } catch (error) {
      if (error instanceof ProgramError) throw error;
      const shapes = Object.values(named).map(value => `[${value.shape}]`);
      throw new ProgramError(
        `program "${recorder.program}": kernel ${kernelName} on ${shapes.join(', ')}: ${(error as Error).message}`,
      );
    }
    return Array.isArray(result) ? result.map(value => recorder.wrap(value)) : recorder.wrap(result);
  };
}

/**
 * Runs a pure function once on symbolic tensors and returns the graph of what it did.
 * @param program name for messages
 * @param specs the inputs, by name
 * @param run gets a tensor for each input and returns tensors by name
 */
export function record(
  program: string,
  specs: Readonly<Record<string, TensorSpec>>,
  run: (inputs: Record<string, tf.Tensor>) => Readonly<Record<string, tf.Tensor>>,
): Recording {
  registerGradients();
  const recorder = recorderBackend();
  // None before the first operation of a process, and for good where programs are all that runs.
  const previous: string | undefined = tf.getBackend();
  const random = Math.random;
  recorder.begin(program);
  tf.registerBackend(BACKEND, () => recorder, 0);
  tf.setBackend(BACKEND);
  Math.random = () => {
    throw new ProgramError(
      message(
        `program "${program}"`,
        'a program must be pure',
        'a draw of random numbers',
        'Draw the noise outside from an Rng and pass it as an input',
      ),
    );
  };
  const inputs: Record<string, Value> = {};
  const outputs: Record<string, Value> = {};
  try {
    tf.tidy(() => {
      const tensors: Record<string, tf.Tensor> = {};
      for (const [name, spec] of Object.entries(specs)) {
        inputs[name] = recorder.builder.input(name, spec.shape, spec.type);
        const symbol = spec.type === 'uint8' ? recorder.builder.cast(inputs[name], 'int32') : inputs[name];
        const { dataId, shape, dtype } = recorder.wrap(symbol);
        tensors[name] = tf.engine().makeTensorFromDataId(dataId, shape, dtype);
      }
      for (const [name, tensor] of Object.entries(run(tensors))) outputs[name] = recorder.value(tensor);
    });
  } finally {
    Math.random = random;
    // Left behind, it would be taken for the backend of tensors outside of programs where no other is there.
    if (previous) tf.setBackend(previous);
    tf.removeBackend(BACKEND);
  }
  const used = new Set(reachable(Object.values(outputs)));
  return {
    inputs: Object.fromEntries(Object.entries(inputs).filter(([, value]) => used.has(value))),
    outputs,
    builder: recorder.builder,
  };
}

function elementType(dtype: tf.DataType): ElementType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new ProgramError(message('program', 'tensors must be float32, int32 or bool', dtype, 'Cast it'));
}

function tensorType(type: ElementType): tf.DataType {
  return type === 'uint8' || type === 'int64' ? 'int32' : type;
}

/** Copies what TensorFlow.js hands over (typed arrays, plain arrays, booleans) into the type of the graph. */
function toElements(values: tf.BackendValues, dtype: tf.DataType): ElementArray {
  const numbers = values as ArrayLike<number>;
  if (dtype === 'int32') return Int32Array.from(numbers);
  if (dtype === 'bool') return Uint8Array.from(numbers, Number);
  return Float32Array.from(numbers);
}
