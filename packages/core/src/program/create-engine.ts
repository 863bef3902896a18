import * as tf from '@tensorflow/tfjs-core';
import { InputError, message, nearestName } from '@zpin/contracts';
import type { Engine, ProgramChoices, TensorflowBackend } from './engine.ts';
import { mixedEngine } from './mixed/mixed-engine.ts';
import { onnxEngine } from './onnx/onnx-engine.ts';
import { nativeRuntime, type OnnxRuntime, type OnnxRuntimeWeb, webRuntime } from './onnx/onnx-runtime.ts';
import { describeNativeLibrary, loadNativeLibrary } from './tensorflow/native-library.ts';
import { tensorflowEngine } from './tensorflow/tensorflow-engine.ts';
import { completeWasmKernels } from './tensorflow/tfjs-wasm-kernels.ts';
import { hasVectors, wasmEngine } from './wasm/wasm-engine.ts';
import { webgpuEngine } from './webgpu/webgpu-engine.ts';
import { webgpuRuntime } from './webgpu/webgpu-runtime.ts';

/**
 * `auto` takes the fastest that is there: `onnx+wasm`, which chooses for each program by its size; without ONNX Runtime `wasm`. That
 * needs nothing installed, and gives the same bits everywhere. `webgpu` is ONNX Runtime on a GPU, in Node: nothing takes it unasked.
 */
export type EngineChoice = 'auto' | 'onnx' | 'wasm' | 'onnx+wasm' | 'webgpu' | 'tensorflow';

export interface EngineOptions {
  /**
   * Backend of the `tensorflow` engine; omitted: the native library (GPU, then CPU), WebGL in a tab, WebAssembly, plain
   * JavaScript.
   */
  readonly backend?: TensorflowBackend;
  /**
   * Threads of the processor that share the work of each large operation of ONNX Runtime in Node; one when omitted. They help where
   * matrices are wide (`benchmarks/results/threads.md` has how much), wait without taking a core, and change no bit of a result.
   */
  readonly threads?: number;
  /** In a tab: the module `onnxruntime-web`, which the engines `onnx` and `onnx+wasm` run on there. */
  readonly onnxruntime?: OnnxRuntimeWeb;
  /** What `onnx+wasm` chose before (`engine.choices()`), to keep to it. */
  readonly choices?: ProgramChoices;
}

const CHOICES: readonly EngineChoice[] = ['auto', 'onnx', 'wasm', 'onnx+wasm', 'webgpu', 'tensorflow'];
const BACKENDS: readonly TensorflowBackend[] = ['tensorflow', 'webgl', 'webgpu', 'wasm', 'cpu'];

/** More share nothing: the largest products of a network have some hundred rows. */
const MOST_THREADS = 256;

const inBrowser = typeof window !== 'undefined' || 'WorkerGlobalScope' in globalThis;

/**
 * Finds an engine to run programs on. `description` of the result says which and why in one line.
 * @throws InputError when the choice is unknown or cannot be had here
 */
export async function createEngine(choice: EngineChoice = 'auto', options: EngineOptions = {}): Promise<Engine> {
  checkName('engine', choice, CHOICES, 'auto');
  if (options.backend !== undefined) checkName('backend', options.backend, BACKENDS, 'cpu');
  checkThreads(choice, options);
  if (choice === 'wasm') return wasmEngine();
  if (choice === 'tensorflow') return createTensorflow(options, 'asked for');
  if (choice === 'webgpu') return createWebgpu();
  const remedy = inBrowser ? 'pass { onnxruntime: ort } of onnxruntime-web' : 'npm install onnxruntime-node --ignore-scripts';
  let runtime: OnnxRuntime;
  try {
    runtime = await runtimeOf(options);
  } catch (error) {
    if (choice !== 'auto')
      throw new InputError(
        message('createEngine', `engine "${choice}" needs ONNX Runtime`, firstLine(error), `To have it, ${remedy}`),
      );
    if (options.threads !== undefined && options.threads > 1) refuseThreads(options.threads, firstLine(error), remedy);
    const why = `without ONNX Runtime, which is faster for wide networks: ${remedy}`;
    return hasVectors() ? wasmEngine(why) : createTensorflow(options, why);
  }
  const mixes = choice === 'onnx+wasm' || (choice === 'auto' && hasVectors());
  return mixes ? mixedEngine(runtime, options.choices) : onnxEngine(runtime);
}

/** @throws InputError when threads are no number of them, or the engine has but one */
function checkThreads(choice: EngineChoice, { threads = 1, onnxruntime }: EngineOptions): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    const expectation = `threads must be a whole number from 1 to ${MOST_THREADS}`;
    throw new InputError(message('createEngine', expectation, threads, 'Give as many as the processor has cores for this run'));
  }
  if (threads === 1) return;
  if (onnxruntime || inBrowser) refuseThreads(threads, 'a module for a tab', 'set ort.env.wasm.numThreads there');
  if (['wasm', 'webgpu', 'tensorflow'].includes(choice)) refuseThreads(threads, `the engine ${choice}`, 'take the engine onnx');
}

function refuseThreads(threads: number, found: string, remedy: string): never {
  const expectation = `${threads} threads need ONNX Runtime on the processor, in Node`;
  throw new InputError(message('createEngine', expectation, found, `Take one, or ${remedy}`));
}

async function createWebgpu(): Promise<Engine> {
  if (inBrowser) {
    const remedy =
      "Import '@tensorflow/tfjs-backend-webgpu' there and take createEngine('tensorflow', { backend: 'webgpu' }); small networks are faster on 'wasm'";
    throw new InputError(message('createEngine', 'engine "webgpu" must be made in Node', 'a browser tab', remedy));
  }
  try {
    return webgpuEngine(await webgpuRuntime());
  } catch (error) {
    const remedy =
      'It comes with npm install onnxruntime-node --ignore-scripts, and wants a driver: on Linux libvulkan1 and one for Vulkan';
    // Before what happened the library says where in its sources.
    const reason = firstLine(error).replace(/^.*was false\. /, '');
    throw new InputError(message('createEngine', 'engine "webgpu" needs ONNX Runtime in Node and a device', reason, remedy));
  }
}

/** @throws Error when there is none */
async function runtimeOf({ onnxruntime, threads = 1 }: EngineOptions): Promise<OnnxRuntime> {
  if (onnxruntime) return webRuntime(onnxruntime);
  if (inBrowser) throw new Error('no module was given');
  return nativeRuntime(threads);
}

function checkName(what: string, name: string, names: readonly string[], usual: string): void {
  if (names.includes(name)) return;
  const near = nearestName(name, names) ?? usual;
  throw new InputError(message('createEngine', `the ${what} must be one of ${names.join(', ')}`, name, `Write "${near}"`));
}

async function createTensorflow(options: EngineOptions, why: string): Promise<Engine> {
  if (options.backend) {
    const problem = await activate(options.backend);
    if (problem)
      throw new InputError(
        message(
          'createEngine',
          `backend "${options.backend}" must be there`,
          problem,
          `${provide(options.backend)}, or take another backend`,
        ),
      );
    return tensorflowEngine(options.backend, describeBackend(options.backend), why);
  }
  const order: TensorflowBackend[] = inBrowser ? ['webgl', 'wasm', 'cpu'] : ['tensorflow', 'wasm', 'cpu'];
  let without = '';
  for (const backend of order) {
    const problem = await activate(backend);
    if (!problem) return tensorflowEngine(backend, describeBackend(backend), why + without);
    if (backend === 'tensorflow') without = `; without ${packageOf(backend)}: ${problem}`;
  }
  throw new InputError(message('createEngine', 'a backend of TensorFlow.js must be there', 'none', provide('cpu')));
}

function describeBackend(backend: TensorflowBackend): string {
  return backend === 'tensorflow' ? describeNativeLibrary() : `TensorFlow.js on ${backend}`;
}

function packageOf(backend: TensorflowBackend): string {
  return backend === 'tensorflow' ? '@tensorflow/tfjs-node' : `@tensorflow/tfjs-backend-${backend}`;
}

/** How to have a backend, as an instruction. */
function provide(backend: TensorflowBackend): string {
  return inBrowser
    ? `Write import '${packageOf(backend)}' once, in the page or worker that makes the engine`
    : `Run npm install ${packageOf(backend)}`;
}

/** Loads and initialises a backend, and leaves the active one as it was. Returns what went wrong, or null. */
async function activate(backend: TensorflowBackend): Promise<string | null> {
  const previous = tf.getBackend();
  try {
    await load(backend);
    // What WebAssembly lacks is done in plain JavaScript.
    if (backend === 'wasm') await load('cpu');
    if (!(await tf.setBackend(backend))) return 'its initialisation failed';
    if (backend === 'wasm') completeWasmKernels();
    // The plain JavaScript backend greets its user on the console at its first tensor.
    const instance = tf.backend() as { firstUse?: boolean };
    if (instance.firstUse) instance.firstUse = false;
    return null;
  } catch (error) {
    return firstLine(error);
  } finally {
    if (previous && previous !== backend) await tf.setBackend(previous);
  }
}

/** Imports the package that registers a backend, unless it is there. */
async function load(backend: TensorflowBackend): Promise<void> {
  if (backend === 'tensorflow') await loadNativeLibrary();
  else if (!tf.findBackendFactory(backend)) await import(/* @vite-ignore */ /* webpackIgnore: true */ packageOf(backend));
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] as string;
}
