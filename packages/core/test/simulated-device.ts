import { createRequire } from 'node:module';
import type { NumericArray } from '@zpin/contracts';
import type { DeviceSlot, DeviceValue, NativeSession, OnnxFeeds, OnnxValue } from '../src/program/onnx/onnx-runtime.ts';

const native = createRequire(import.meta.url)('onnxruntime-node/dist/binding.js') as {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  initOrt(): void;
};
native.initOrt();

/** A tensor of a device that is main memory in truth. */
class Held implements DeviceValue {
  readonly type = 'float32';
  readonly location = 'gpu-buffer';
  readonly dims: readonly number[];
  data: NumericArray | null;

  constructor(data: NumericArray, dims: readonly number[]) {
    this.data = data.slice();
    this.dims = dims;
    alive.add(this);
  }
  dispose(): void {
    alive.delete(this);
    this.data = null;
  }
}

/** Tensors that nobody has disposed of. */
export const alive = new Set<Held>();

/** What was asked of the sessions, in order: a session was made, numbers went to the device or came from it. */
export const log: { readonly made?: Uint8Array; readonly up?: number; readonly down?: number }[] = [];

/**
 * ONNX Runtime on the processor that keeps tensors as its provider for WebGPU does: outputs lie where the options say, a tensor on the device
 * cannot be read, and if some outputs lie there the arrays for the others are not written to.
 */
export class SimulatedSession implements NativeSession {
  readonly #session = new native.binding.InferenceSession();
  #places: Readonly<Record<string, string>> = {};

  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void {
    const { executionProviders, preferredOutputLocation, ...rest } = options as {
      executionProviders: readonly string[];
      preferredOutputLocation: Readonly<Record<string, string>>;
    };
    if (`${executionProviders}` !== 'webgpu') throw new Error(`providers are ${executionProviders}`);
    this.#places = preferredOutputLocation;
    log.push({ made: new Uint8Array(buffer, offset, length) });
    this.#session.loadModel(buffer, offset, length, rest);
  }

  run(
    feeds: OnnxFeeds,
    fetches: Readonly<Record<string, OnnxValue | DeviceSlot | null>>,
  ): Record<string, OnnxValue | DeviceValue> {
    const given: OnnxFeeds = {};
    for (const [name, value] of Object.entries(feeds)) {
      if (value.location === 'cpu') log.push({ up: value.data.length });
      else if (!(value instanceof Held && value.data)) throw new Error(`${name} is not on the device any more`);
      const data = value.location === 'cpu' ? value.data : ((value as Held).data as NumericArray);
      given[name] = { type: value.type, data, dims: value.dims, location: 'cpu' };
    }
    const results = this.#session.run(given, Object.fromEntries(Object.keys(fetches).map(name => [name, null])), {});
    return Object.fromEntries(
      Object.entries(results).map(([name, result]) => {
        const { data, dims } = result as OnnxValue;
        if (this.#places[name] === 'gpu-buffer') return [name, new Held(data, dims)];
        log.push({ down: data.length });
        return [name, result];
      }),
    );
  }

  dispose(): void {
    this.#session.dispose();
  }
}
