/** `wasm`: programs compiled to WebAssembly; `onnx`: ONNX Runtime in WebAssembly; `cpu`: TensorFlow.js. */
export const liveEngines = ['wasm', 'onnx', 'cpu'] as const;

export type LiveEngine = (typeof liveEngines)[number];

/** As pages show them. */
export const engineTitles: Readonly<Record<LiveEngine, string>> = {
  wasm: 'WebAssembly',
  onnx: 'ONNX Runtime, 14 MB',
  cpu: 'TensorFlow.js',
};
