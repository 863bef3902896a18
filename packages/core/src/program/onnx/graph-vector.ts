import type { DeviceSlot, DeviceValue, OnnxValue } from './onnx-runtime.ts';

/** A state vector as the graph of a program reads and writes it. */
export interface GraphVector {
  readonly size: number;
  /** The numbers in place, of a vector in main memory. */
  readonly numbers: Float32Array;
  /** Where a graph is to write new numbers. */
  readonly spare: OnnxValue | DeviceSlot;
  /** Makes room for them. In a call it would come too late. */
  reserve(): void;
  /** Numbers `begin` to `end` in place, as a tensor. @param key the same for the same stretch and shape */
  stretch(key: string, begin: number, end: number, shape: readonly number[]): OnnxValue | DeviceValue;
  /** Makes the new numbers the current ones. */
  swap(): void;
}
