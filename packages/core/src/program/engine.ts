// Contract of engines; grows with the compiler.
export type EngineName = 'onnx' | 'tensorflow';
export interface Engine {
  readonly name: EngineName;
}
