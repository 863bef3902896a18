import { InputError } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { type EngineFlags, readEngine } from './engine-flags.ts';

const flagged = (device: string | undefined, engine: string | undefined): EngineFlags => ({
  ...(device !== undefined && { device }),
  ...(engine !== undefined && { engine }),
});

describe('readEngine', () => {
  it.each([
    ['webgpu', undefined, 'webgpu'],
    ['webgpu', 'webgpu', 'webgpu'],
    ['cpu', undefined, 'auto'],
    ['cpu', 'wasm', 'wasm'],
    [undefined, 'onnx', 'onnx'],
    [undefined, undefined, undefined],
  ])('%s with the engine %s is the engine %s', (device, engine, expected) => {
    expect(readEngine('test', flagged(device, engine))).toBe(expected);
  });

  it.each([
    ['cuda', undefined, 'test: --device must be cpu or webgpu, got "cuda". Choose one of them.'],
    ['webgpu', 'onnx', 'test: --device webgpu must go with its engine, got "onnx". Leave one of them out.'],
    [
      undefined,
      'gpu',
      'test: --engine must be a known engine, got "gpu". Use one of auto, onnx, wasm, onnx+wasm, webgpu, tensorflow.',
    ],
    [
      'cpu',
      'gpu',
      'test: --engine must be a known engine, got "gpu". Use one of auto, onnx, wasm, onnx+wasm, webgpu, tensorflow.',
    ],
    ['cpu', 'webgpu', 'test: --device cpu must go with its engine, got "webgpu". Leave one of them out.'],
  ])('refuses %s with the engine %s', (device, engine, expected) => {
    expect(() => readEngine('test', flagged(device, engine))).toThrow(new InputError(expected));
  });
});
