import '@tensorflow/tfjs-backend-cpu';
import { createEngine, type Engine } from '@zpin/core';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as onnxruntime from 'onnxruntime-web/wasm';
import { train } from 'zpin';

/** What `pnpm bench tab` calls in the page. */
declare global {
  var stepsPerSecond: (engine: string, steps: number) => Promise<number>;
}

onnxruntime.env.wasm.wasmPaths = { wasm };
onnxruntime.env.wasm.numThreads = 1;

async function engineOf(name: string): Promise<Engine> {
  if (name === 'onnx') return createEngine('onnx', { onnxruntime });
  return name === 'wasm' ? createEngine('wasm') : createEngine('tensorflow', { backend: 'cpu' });
}

/** Trains PPO on CartPole from nothing, with the settings tuned for it. Compiling is counted. */
globalThis.stepsPerSecond = async (name, steps) => {
  const engine = await engineOf(name);
  const began = performance.now();
  await train('ppo', 'CartPole-v1', { seed: 1, steps, engine });
  return (1000 * steps) / (performance.now() - began);
};
