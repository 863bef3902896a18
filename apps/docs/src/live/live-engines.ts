/** `onnx`: ONNX Runtime in WebAssembly; the others: TensorFlow.js. */
export const liveEngines = ['onnx', 'wasm', 'cpu'] as const;

export type LiveEngine = (typeof liveEngines)[number];
