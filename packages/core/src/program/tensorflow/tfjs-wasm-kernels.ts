import * as tf from '@tensorflow/tfjs-core';

/** What the WebAssembly backend offers beyond the public interface. */
interface WasmBackend extends tf.KernelBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): tf.backend_util.TypedArray;
}

interface CpuBackend extends tf.KernelBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: tf.backend_util.TypedArray): tf.TensorInfo;
  disposeIntermediateTensorInfo(info: tf.TensorInfo): void;
}

/**
 * Kernels of the WebAssembly backend (4.22) that give wrong numbers: `OneHot` writes integers into float tensors, `GatherV2`
 * misreads its indices, `MaxPool` and `MaxPoolGrad` pad with 0, `Cast` to booleans keeps 255. The conformance suite shows each
 * of them.
 */
const FAULTY: Readonly<Record<string, (attributes: tf.NamedAttrMap | undefined) => boolean>> = {
  Cast: attributes => attributes?.dtype === 'bool',
  GatherV2: () => true,
  MaxPool: () => true,
  MaxPoolGrad: () => true,
  OneHot: () => true,
};

let completed = false;

/**
 * Gives the WebAssembly backend the kernels that only the plain JavaScript backend has, or has right: without them it can train
 * neither convolutions nor anything that gathers. Numbers are copied there and back. Both backends must be registered.
 */
export function completeWasmKernels(): void {
  if (completed) return;
  completed = true;
  const cpu = tf.findBackend('cpu') as CpuBackend & { firstUse?: boolean };
  // It greets its user on the console at its first tensor.
  cpu.firstUse = false;
  for (const { kernelName, kernelFunc } of tf.getKernelsForBackend('cpu')) {
    const own = tf.getKernel(kernelName, 'wasm');
    const isFaulty = FAULTY[kernelName];
    if (own && !isFaulty) continue;
    if (own) tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: call => {
        if (own && !isFaulty?.(call.attrs)) return own.kernelFunc(call);
        return bridge(kernelFunc, call.inputs, call.attrs, call.backend as WasmBackend, cpu);
      },
    });
  }
}

function bridge(
  kernel: tf.KernelFunc,
  inputs: tf.NamedTensorInfoMap,
  attrs: tf.NamedAttrMap | undefined,
  wasm: WasmBackend,
  cpu: CpuBackend,
): tf.TensorInfo | tf.TensorInfo[] {
  const copies: Record<string, tf.TensorInfo> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    if (tensor)
      copies[name] = cpu.makeTensorInfo(
        tensor.shape,
        tensor.dtype,
        (wasm.readSync(tensor.dataId) as tf.backend_util.TypedArray).slice(),
      );
  }
  const result = kernel({ inputs: copies, backend: cpu, ...(attrs && { attrs }) });
  const outputs = (Array.isArray(result) ? result : [result]).map(output => {
    const values = cpu.readSync(output.dataId) as tf.backend_util.TypedArray;
    const copy = wasm.makeOutput(output.shape, output.dtype);
    wasm.typedArrayFromHeap(copy).set(values);
    cpu.disposeIntermediateTensorInfo(output);
    return copy;
  });
  for (const copy of Object.values(copies)) cpu.disposeIntermediateTensorInfo(copy);
  return Array.isArray(result) ? outputs : (outputs[0] as tf.TensorInfo);
}
