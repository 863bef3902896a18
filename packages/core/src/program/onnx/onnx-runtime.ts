import type { MaybePromise, NumericArray } from '@zpin/contracts';
import type { InputType } from '../engine.ts';

/** A tensor as ONNX Runtime's native code reads it: a plain record over the caller's array, which is not copied. */
export interface OnnxValue {
  readonly type: InputType;
  readonly data: NumericArray;
  readonly dims: readonly number[];
  readonly location: 'cpu';
}

/** @param data `[...dims]`, row-major; read and written in place */
export function onnxValue<Data extends NumericArray>(
  type: InputType,
  data: Data,
  dims: readonly number[],
): OnnxValue & { data: Data } {
  return { type, data, dims, location: 'cpu' };
}

/** A tensor that lies on a device, of ONNX Runtime. */
export interface DeviceValue {
  readonly type: InputType;
  readonly dims: readonly number[];
  readonly location: 'gpu-buffer';
  dispose(): void;
}

/** Where a graph leaves a tensor that it makes on the device. */
export interface DeviceSlot {
  readonly location: 'slot';
  received: DeviceValue | null;
}

export type OnnxFeeds = Record<string, OnnxValue | DeviceValue>;
export type OnnxFetches = Record<string, OnnxValue | DeviceSlot>;

/** A loaded model. */
export interface OnnxSession {
  /** Computes and writes into the arrays and slots of `fetches`. */
  run(feeds: OnnxFeeds, fetches: OnnxFetches): MaybePromise<void>;
  release(): void;
}

/** One of the builds of ONNX Runtime. */
export interface OnnxRuntime {
  readonly description: string;
  createSession(model: Uint8Array): MaybePromise<OnnxSession>;
}

/** Options of a session: nodes run one after the other, in the order of the model. @param threads that share the work of one node */
export function sessionOptions(threads: number): object {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    enableMemPattern: true,
    enableCpuMemArena: true,
    logSeverityLevel: 3,
    // Threads that wait in a loop for the next node take whole cores from everything else, and stall where there is none to take.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}

/** Of the native library. What it makes for a fetch that is `null` lies where the options of the session say. */
export interface NativeSession {
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(
    feeds: OnnxFeeds,
    fetches: Readonly<Record<string, OnnxValue | DeviceSlot | null>>,
    options: object,
  ): Record<string, OnnxValue | DeviceValue>;
  dispose(): void;
}

interface NativeBinding {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  initOrt?(): void;
}

/** Not written into the import, so that bundlers for the browser leave it alone. */
const NATIVE_BINDING: string = 'onnxruntime-node/dist/binding.js';

/**
 * Sessions of ONNX Runtime's native library in Node, through its binding: its public `run` waits for a turn of the event loop,
 * which costs more than a small network.
 *
 * The library would keep an id of the machine in the user's home and tell its maker of every session; it is told not to before it is
 * loaded, which reaches it from the main thread alone. `ORT_DISABLE_TELEMETRY` in the environment decides where it is set.
 * @throws Error when the package or its library for this platform is missing
 */
export async function nativeSessions(): Promise<new () => NativeSession> {
  globalThis.process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ NATIVE_BINDING)) as {
    default?: NativeBinding;
  } & NativeBinding;
  const native = module.default ?? module;
  native.initOrt?.();
  return native.binding.InferenceSession;
}

/**
 * ONNX Runtime's native library, on the processor.
 * @param threads that share the work of each large node @throws Error when the package or its library for this platform is missing
 */
export async function nativeRuntime(threads: number): Promise<OnnxRuntime> {
  const Session = await nativeSessions();
  const waste = new Waste();
  const settings = sessionOptions(threads);
  return {
    description: `ONNX Runtime, native, ${threads === 1 ? 'one thread' : `${threads} threads`}`,
    createSession: model => {
      const session = new Session();
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, settings);
      const options = {};
      return {
        run: (feeds, fetches) => waste.free(session.run(feeds, fetches, options), fetches),
        release: () => session.dispose(),
      };
    },
  };
}

/** Smaller arrays are cheaper to leave to the garbage collector. */
const LARGE_BYTES = 16_384;

/**
 * Frees the copies of all outputs that the binding makes beside writing into the arrays of `fetches`. Left to the garbage
 * collector, they are so much memory outside its heap that it marks the whole heap again every hundred updates: a third of
 * the time of a long run.
 *
 * A message to a closed port takes the memory of what it transfers, and goes nowhere. `ArrayBuffer.transfer` would do; Node 20
 * has none.
 */
class Waste {
  readonly #nowhere: MessagePort;
  readonly #buffers: ArrayBuffer[] = [];

  constructor() {
    const { port1 } = new MessageChannel();
    port1.close();
    this.#nowhere = port1;
  }

  free(copies: Readonly<Record<string, OnnxValue | DeviceValue>>, fetches: OnnxFetches): void {
    for (const name in copies) {
      const [copy, own] = [copies[name], fetches[name]];
      if (copy.location !== 'cpu' || own.location !== 'cpu') continue;
      const { buffer, byteLength } = copy.data;
      // Should a binding hand out the caller's own arrays, they stay.
      if (byteLength >= LARGE_BYTES && buffer instanceof ArrayBuffer && buffer !== own.data.buffer) this.#buffers.push(buffer);
    }
    if (this.#buffers.length === 0) return;
    this.#nowhere.postMessage(null, this.#buffers);
    this.#buffers.length = 0;
  }
}

/** What is used of the module `onnxruntime-web`. */
export interface OnnxRuntimeWeb {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object): Promise<Readonly<Record<string, { readonly data: unknown }>>>; release(): Promise<void> }>;
  };
  readonly Tensor: {
    new (type: 'float32', data: Float32Array, dims: readonly number[]): object;
    new (type: 'int32', data: Int32Array, dims: readonly number[]): object;
    new (type: 'bool' | 'uint8', data: Uint8Array, dims: readonly number[]): object;
  };
}

/** ONNX Runtime compiled to WebAssembly, for a browser tab. @param ort the module `onnxruntime-web` */
export function webRuntime(ort: OnnxRuntimeWeb): OnnxRuntime {
  return {
    description: 'ONNX Runtime, WebAssembly',
    createSession: async model => {
      const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
      return {
        run: async (feeds, fetches) => {
          const tensors = Object.fromEntries(
            // The type and the array of a value agree, which its type does not say.
            onHost(feeds).map(([name, { type, data, dims }]) => [
              name,
              new ort.Tensor(type as 'float32', data as Float32Array, dims),
            ]),
          );
          const results = await session.run(tensors);
          for (const [name, value] of onHost(fetches)) value.data.set(results[name].data as NumericArray);
        },
        release: () => void session.release(),
      };
    },
  };
}

/** Tensors in main memory, which is where all of this build are. */
function onHost(values: OnnxFeeds | OnnxFetches): [string, OnnxValue][] {
  return Object.entries(values).flatMap(([name, value]) => (value.location === 'cpu' ? [[name, value]] : []));
}
