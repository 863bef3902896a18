import type * as tf from '@tensorflow/tfjs-core';
import type { MaybePromise, NumericArray } from '@zpin/contracts';

/** `onnx+wasm` is both of them, program by program. */
export type EngineName = 'onnx' | 'wasm' | 'onnx+wasm' | 'webgpu' | 'tensorflow';

/** Which of two engines runs a program, by the name and sizes of the program. Plain data. */
export type ProgramChoices = Readonly<Record<string, 'onnx' | 'wasm'>>;

export type InputType = 'float32' | 'int32' | 'bool' | 'uint8';

/** Type and shape of one input of a program. */
export interface InputSpec {
  readonly type: InputType;
  readonly shape: readonly number[];
}

/** One flat vector of float32 numbers where an engine keeps it. */
export interface StateVector {
  readonly size: number;
  /** A copy of the numbers. */
  read(): MaybePromise<Float32Array>;
  /** Replaces the numbers; the length must not change. */
  write(values: Float32Array): void;
  dispose(): void;
}

/** A pure function with fixed shapes, handed to an engine. State vectors are named with dots: `adam.m`. */
export interface ProgramSource {
  readonly name: string;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly state: Readonly<Record<string, StateVector>>;
  /** Takes tensors by name and returns tensors by name. */
  run(state: Readonly<Record<string, tf.Tensor1D>>, inputs: Readonly<Record<string, tf.Tensor>>): FlatResult;
}

/** What a program computes, by name: new state (only what changes, dotted names), results, and scalars to log. */
export interface FlatResult {
  readonly state: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: Readonly<Record<string, tf.Tensor>>;
  readonly metrics: Readonly<Record<string, tf.Tensor>>;
}

/** Results of one call. Arrays and metrics are overwritten by the next call of the same program. */
export interface Results {
  readonly outputs: Readonly<Record<string, NumericArray>>;
  /** Scalars by name, in the order of `metricNames`; a promise where they still have to come from a device. */
  metrics(): MaybePromise<Readonly<Record<string, number>>>;
}

/** A program ready to run: updates the state in place and returns results. */
export interface Executable {
  /** Nodes of the graph that a call runs, where the engine runs one. */
  readonly nodes?: number;
  readonly metricNames: readonly string[];
  run(inputs: Readonly<Record<string, NumericArray>>): MaybePromise<Results>;
  dispose(): void;
}

/**
 * Backends of TensorFlow.js that the `tensorflow` engine can be told to use. Each is a package of its own: `tensorflow` is
 * `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node`, the others are `@tensorflow/tfjs-backend-…`. In Node they are loaded
 * when they are needed; in a tab they must have been imported, since no bundler sees a name that is put together.
 */
export type TensorflowBackend = 'tensorflow' | 'webgl' | 'webgpu' | 'wasm' | 'cpu';

/** Something that runs programs. */
export interface Engine {
  readonly name: EngineName;
  /** Backend of TensorFlow.js that it runs on; of `tensorflow` alone. */
  readonly backend?: TensorflowBackend;
  /** One line: which engine, on what, and why it was taken. */
  readonly description: string;
  allocate(values: Float32Array): StateVector;
  build(source: ProgramSource): MaybePromise<Executable>;
  /** What was chosen so far, by `onnx+wasm` alone. An engine that is made with these chooses the same. */
  choices?(): ProgramChoices;
  /** Takes what the user should know since it was asked last, in sentences. */
  takeNotes?(): readonly string[];
}
