import { InputError, message } from '@zpin/contracts';
import { FunctionBuilder, f32x4, ModuleBuilder, V128 } from '@zpin/contracts/webassembly';
import type { Engine } from '../engine.ts';
import { buildProgram } from './build-program.ts';
import { WasmArena } from './wasm-arena.ts';
import { WasmVector } from './wasm-vector.ts';

/**
 * Runs each program as one WebAssembly module, with the same bits on every machine.
 * @param why it was taken, where it was not asked for
 * @throws InputError where there is no WebAssembly with vectors of 128 bits
 */
export function wasmEngine(why?: string): Engine {
  if (!hasVectors())
    throw new InputError(
      message(
        'createEngine',
        'engine "wasm" needs WebAssembly with vectors of 128 bits (SIMD)',
        'a JavaScript without them',
        'Update the browser or Node.js, or take the engine "tensorflow"',
      ),
    );
  const arena = new WasmArena();
  return {
    name: 'wasm',
    description: `wasm: each program as one WebAssembly module, one thread${why === undefined ? '' : ` (${why})`}`,
    allocate: values => new WasmVector(arena, values),
    build: source => buildProgram(arena, source),
  };
}

/** Whether this JavaScript has WebAssembly with vectors of 128 bits. */
export function hasVectors(): boolean {
  if (typeof WebAssembly === 'undefined') return false;
  const module = new ModuleBuilder();
  const f = new FunctionBuilder([], [V128]);
  f.emit(f32x4(0));
  module.add(f);
  return WebAssembly.validate(module.encode());
}
