import * as tf from '@tensorflow/tfjs-core';

/** The build for GPUs first. Not written into the imports, so that bundlers for the browser leave them alone. */
const PACKAGES: readonly string[] = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** What the backend `tensorflow` tells of itself. */
interface NativeBackend {
  readonly isGPUPackage?: boolean;
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

/**
 * Imports the package that registers the backend `tensorflow`, unless it is there.
 * @throws Error when there is none that works: why the one that is installed does not
 */
export async function loadNativeLibrary(): Promise<void> {
  if (tf.findBackendFactory('tensorflow')) return;
  prepareNode();
  const problems: unknown[] = [];
  for (const name of PACKAGES) {
    try {
      await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
      return;
    } catch (error) {
      if (!isMissing(error, name)) problems.push(error);
    }
  }
  throw problems[0] ?? new Error('not installed');
}

/** Whether a package is not there, which every loader and test runner says in words of its own. */
function isMissing(error: unknown, name: string): boolean {
  const said = error instanceof Error ? error.message : '';
  return said.includes(name) && /cannot find (package|module)|(could not|failed to) resolve/i.test(said);
}

/** What the packages expect of Node.js: two functions that its version 23 has no more. And no greetings of the library. */
function prepareNode(): void {
  if (typeof process === 'undefined') return;
  const node = globalThis.process;
  node.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  const util: { isNullOrUndefined?: unknown; isArray?: unknown } | undefined = node.getBuiltinModule?.('util');
  if (!util) return;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}

/** Version, package and device of the library, once its backend is there. */
export function describeNativeLibrary(): string {
  const { isGPUPackage, isUsingGpuDevice, binding } = tf.findBackend('tensorflow') as NativeBackend;
  const [name, device] = [PACKAGES[isGPUPackage ? 0 : 1], isUsingGpuDevice ? 'GPU' : 'CPU'];
  const reason = isGPUPackage && !isUsingGpuDevice ? ', since it finds no GPU' : '';
  return `TensorFlow ${binding?.TF_Version ?? ''} by ${name}, on the ${device}${reason}`;
}
