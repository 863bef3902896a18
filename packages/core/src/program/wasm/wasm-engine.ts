import type { Engine } from '../engine.ts';
import { buildProgram } from './build-program.ts';
import { WasmArena } from './wasm-arena.ts';
import { WasmVector } from './wasm-vector.ts';

/** Runs each program as one WebAssembly module, with the same bits on every machine. */
export function wasmEngine(): Engine {
  const arena = new WasmArena();
  return {
    name: 'wasm',
    description: 'wasm: each program as one WebAssembly module, one thread',
    allocate: values => new WasmVector(arena, values),
    build: source => buildProgram(arena, source),
  };
}
