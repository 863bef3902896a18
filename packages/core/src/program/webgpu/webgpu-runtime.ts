import type { NumericArray } from '@zpin/contracts';
import { encodeOnnx } from '../onnx/onnx-protobuf.ts';
import {
  type DeviceValue,
  type NativeSession,
  nativeSessions,
  type OnnxSession,
  type OnnxValue,
  onnxValue,
  sessionOptions,
} from '../onnx/onnx-runtime.ts';

const FROM = 'from';
const TO = 'to';

/** Copies `size` numbers from one place to another. */
const copyModel = (size: number): Uint8Array =>
  encodeOnnx({
    name: 'copy',
    nodes: [{ operator: 'Identity', inputs: [FROM], outputs: [TO], attributes: {} }],
    initializers: [],
    inputs: [{ name: FROM, shape: [size], type: 'float32' }],
    outputs: [{ name: TO, shape: [size], type: 'float32' }],
  });

/**
 * ONNX Runtime's native library in Node, on WebGPU.
 * @throws Error when the package, its library for this platform or a device is missing
 */
export async function webgpuRuntime(): Promise<WebgpuRuntime> {
  const runtime = new WebgpuRuntime(await nativeSessions());
  // There is a device if it can hold a number.
  runtime.upload(new Float32Array(1)).dispose();
  return runtime;
}

/** Sessions on a device. What a graph computes stays there where that is asked for. */
export class WebgpuRuntime {
  readonly #Session: new () => NativeSession;
  readonly #uploads = new Map<number, NativeSession>();
  readonly #downloads = new Map<number, NativeSession>();

  /** @param Session of the native library */
  constructor(Session: new () => NativeSession) {
    this.#Session = Session;
  }

  /** @param onDevice outputs that stay on the device */
  createSession(model: Uint8Array, onDevice: readonly string[]): OnnxSession {
    const session = this.#load(model, Object.fromEntries(onDevice.map(name => [name, 'gpu-buffer'])));
    const options = {};
    return {
      run: (feeds, fetches) => {
        const wanted = Object.fromEntries(
          Object.entries(fetches).map(([name, value]) => [name, value.location === 'slot' ? null : value]),
        );
        const results = session.run(feeds, wanted, options);
        for (const [name, place] of Object.entries(fetches)) {
          const result = results[name];
          if (place.location === 'cpu') take(result, place.data);
          else if (result.location === 'gpu-buffer') place.received = result;
        }
      },
      release: () => session.dispose(),
    };
  }

  upload(values: Float32Array): DeviceValue {
    const session = this.#copy(this.#uploads, values.length, { [TO]: 'gpu-buffer' });
    const feeds = { [FROM]: onnxValue('float32', values, [values.length]) };
    const tensor = session.run(feeds, { [TO]: null }, {})[TO];
    if (tensor.location !== 'gpu-buffer') throw new Error('what is copied to the device must lie there');
    return tensor;
  }

  download(tensor: DeviceValue, size: number): Float32Array {
    const values = new Float32Array(size);
    const session = this.#copy(this.#downloads, size, {});
    const results = session.run({ [FROM]: tensor }, { [TO]: onnxValue('float32', values, [size]) }, {});
    take(results[TO], values);
    return values;
  }

  #copy(sessions: Map<number, NativeSession>, size: number, places: Readonly<Record<string, string>>): NativeSession {
    let session = sessions.get(size);
    if (!session) {
      session = this.#load(copyModel(size), places);
      sessions.set(size, session);
    }
    return session;
  }

  #load(model: Uint8Array, places: Readonly<Record<string, string>>): NativeSession {
    const session = new this.#Session();
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
      ...sessionOptions(1),
      executionProviders: ['webgpu'],
      preferredOutputLocation: places,
    });
    return session;
  }
}

/** The numbers of a result: where other outputs stay on the device, the library does not write into the array that it was given. */
function take(result: OnnxValue | DeviceValue, array: NumericArray): void {
  if (result.location === 'cpu' && result.data !== array) array.set(result.data);
}
