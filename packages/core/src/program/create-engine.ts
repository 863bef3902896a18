import * as tf from '@tensorflow/tfjs';
import { InputError, message, nearestName } from '@zpin/contracts';
import type { Engine } from './engine.ts';
import { onnxEngine } from './onnx/onnx-engine.ts';
import { nativeRuntime, type OnnxRuntimeWeb, webRuntime } from './onnx/onnx-runtime.ts';
import { tensorflowEngine } from './tensorflow/tensorflow-engine.ts';
import { completeWasmKernels } from './tensorflow/tfjs-wasm-kernels.ts';

/** `auto` takes the fastest that is there: `onnx`, else `tensorflow`. */
export type EngineChoice = 'auto' | 'onnx' | 'tensorflow';

/** Backends of TensorFlow.js that the `tensorflow` engine can be told to use. */
export type TensorflowBackend = 'tensorflow' | 'webgl' | 'webgpu' | 'wasm' | 'cpu';

export interface EngineOptions {
  /**
   * Backend of the `tensorflow` engine; omitted: the native library (GPU, then CPU), WebGL in a tab, WebAssembly, plain
   * JavaScript.
   */
  readonly backend?: TensorflowBackend;
  /** In a tab: the module `onnxruntime-web`, which the engine `onnx` runs on there. */
  readonly onnxruntime?: OnnxRuntimeWeb;
}

const CHOICES: readonly EngineChoice[] = ['auto', 'onnx', 'tensorflow'];

/** Not written into the imports, so that bundlers for the browser leave them alone. */
const NATIVE_PACKAGES: readonly [string, string] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

const inBrowser = typeof window !== 'undefined' || 'WorkerGlobalScope' in globalThis;

/**
 * Finds an engine to run programs on. `description` of the result says which and why in one line.
 * @throws InputError when the choice is unknown or cannot be had here
 */
export async function createEngine(choice: EngineChoice = 'auto', options: EngineOptions = {}): Promise<Engine> {
  if (!CHOICES.includes(choice)) {
    const near = nearestName(choice, CHOICES);
    throw new InputError(
      message('createEngine', `the engine must be one of ${CHOICES.join(', ')}`, choice, `Write "${near ?? 'auto'}"`),
    );
  }
  if (choice === 'tensorflow') return createTensorflow(options, 'asked for');
  if (options.onnxruntime) return onnxEngine(webRuntime(options.onnxruntime));
  try {
    if (inBrowser) throw new Error('no module was given');
    return onnxEngine(await nativeRuntime());
  } catch (error) {
    const remedy = inBrowser ? 'pass { onnxruntime: ort } of onnxruntime-web' : 'npm install onnxruntime-node --ignore-scripts';
    if (choice === 'onnx')
      throw new InputError(
        message('createEngine', 'engine "onnx" needs ONNX Runtime', firstLine(error), `To have it, ${remedy}`),
      );
    return createTensorflow(options, `without ONNX Runtime, which is several times faster: ${remedy}`);
  }
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
          'Install its package or take another backend',
        ),
      );
    return tensorflowEngine(options.backend, why);
  }
  const order: TensorflowBackend[] = inBrowser ? ['webgl', 'wasm', 'cpu'] : ['tensorflow', 'wasm', 'cpu'];
  for (const backend of order) if (!(await activate(backend))) return tensorflowEngine(backend, why);
  throw new InputError(message('createEngine', 'a TensorFlow.js backend must be there', 'none', 'Install @tensorflow/tfjs'));
}

/** Loads and initialises a backend, and leaves the active one as it was. Returns what went wrong, or null. */
async function activate(backend: TensorflowBackend): Promise<string | null> {
  const previous = tf.getBackend();
  try {
    if (backend === 'tensorflow') await loadNative();
    else if (!tf.findBackendFactory(backend))
      await import(/* @vite-ignore */ /* webpackIgnore: true */ `@tensorflow/tfjs-backend-${backend}`);
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

/** The TensorFlow library with its GPU build first. */
async function loadNative(): Promise<void> {
  if (tf.findBackend('tensorflow')) return;
  try {
    await import(/* @vite-ignore */ /* webpackIgnore: true */ NATIVE_PACKAGES[0]);
  } catch {
    await import(/* @vite-ignore */ /* webpackIgnore: true */ NATIVE_PACKAGES[1]);
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] as string;
}
