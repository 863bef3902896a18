import { message, ProgramError } from '@zpin/contracts';
import type { StateVector } from '../engine.ts';
import type { GraphVector } from '../onnx/graph-vector.ts';
import type { DeviceSlot, DeviceValue } from '../onnx/onnx-runtime.ts';
import type { WebgpuRuntime } from './webgpu-runtime.ts';

/** A state vector on the device. Every call that changes it makes a new tensor there. */
export class DeviceVector implements StateVector, GraphVector {
  readonly size: number;
  readonly spare: DeviceSlot = { location: 'slot', received: null };
  readonly #runtime: WebgpuRuntime;
  #tensor: DeviceValue;

  constructor(runtime: WebgpuRuntime, values: Float32Array) {
    this.size = values.length;
    this.#runtime = runtime;
    this.#tensor = runtime.upload(values);
  }

  get numbers(): never {
    throw new ProgramError(message('DeviceVector.numbers', 'numbers must be in main memory', 'a device', 'Read the vector'));
  }
  reserve(): void {}
  /** The vector itself: graphs for the device take no parts of vectors. */
  stretch(): DeviceValue {
    return this.#tensor;
  }
  swap(): void {
    const { received } = this.spare;
    if (!received) return;
    this.#tensor.dispose();
    this.#tensor = received;
    this.spare.received = null;
  }
  read(): Float32Array {
    return this.#runtime.download(this.#tensor, this.size);
  }
  write(values: Float32Array): void {
    this.#tensor.dispose();
    this.#tensor = this.#runtime.upload(values);
  }
  dispose(): void {
    this.#tensor.dispose();
  }
}
