import { createEngine, type Engine } from '@zpin/core';
import type { LiveEngine } from './live-engines.ts';

/** The engine of a name, with what it loads from this site. */
export async function liveEngine(name: LiveEngine): Promise<Engine> {
  if (name === 'cpu') return createEngine('tensorflow', { backend: 'cpu' });
  if (name === 'wasm') {
    const [{ setWasmPaths }, simd, plain] = await Promise.all([
      import('@tensorflow/tfjs-backend-wasm'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
    ]);
    setWasmPaths({ 'tfjs-backend-wasm-simd.wasm': simd.default, 'tfjs-backend-wasm.wasm': plain.default });
    return createEngine('tensorflow', { backend: 'wasm' });
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
