import { createEngine, type Engine } from '@zpin/core';
import type { LiveEngine } from './live-engines.ts';

/** The engine of a name; what the slower ones run on is loaded from this site only when they are asked for. */
export async function liveEngine(name: LiveEngine): Promise<Engine> {
  if (name === 'wasm') return createEngine('wasm');
  if (name === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
    return createEngine('tensorflow', { backend: 'cpu' });
  }
  const [onnxruntime, wasm] = await Promise.all([
    import('onnxruntime-web/wasm'),
    import('onnxruntime-web/ort-wasm-simd-threaded.wasm?url'),
  ]);
  onnxruntime.env.wasm.wasmPaths = { wasm: wasm.default };
  // More threads need headers that few hosts send, and do nothing for networks as small as these.
  onnxruntime.env.wasm.numThreads = 1;
  return createEngine('onnx', { onnxruntime });
}
