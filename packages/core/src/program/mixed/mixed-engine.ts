import type { MaybePromise } from '@zpin/contracts';
import type { Engine, Executable, ProgramChoices, ProgramSource } from '../engine.ts';
import { HostVector } from '../onnx/host-vector.ts';
import { buildOnnx } from '../onnx/onnx-engine.ts';
import type { OnnxRuntime } from '../onnx/onnx-runtime.ts';
import { sizeOf } from '../recording/graph.ts';
import { compileProgram, lowerProgram } from '../wasm/build-program.ts';
import { ArenaError, WasmArena } from '../wasm/wasm-arena.ts';
import { chooseEngine, RULE } from './choose-engine.ts';
import { sizeOfGraph } from './program-size.ts';

/**
 * Runs each program where it is faster: as a WebAssembly module, or on ONNX Runtime. Both read and write the same state vectors,
 * in one memory.
 * @param before choices of the run that goes on; programs that are not among them are chosen for anew
 */
export function mixedEngine(runtime: OnnxRuntime, before: ProgramChoices = {}): Engine {
  const arena = new WasmArena();
  const choices: Record<string, 'onnx' | 'wasm'> = { ...before };
  let notes: string[] = [];

  const build = (source: ProgramSource): MaybePromise<Executable> => {
    const key = programKey(source);
    const lowered = choices[key] === 'onnx' ? null : lowerProgram(source);
    if (lowered) choices[key] ??= chooseEngine(sizeOfGraph(lowered.values));
    if (lowered && choices[key] === 'wasm') {
      try {
        return compileProgram(arena, lowered);
      } catch (error) {
        if (!(error instanceof ArenaError)) throw error;
        choices[key] = 'onnx';
        notes.push(`program "${source.name}" is too large for WebAssembly memory and runs on ONNX Runtime`);
      }
    }
    return buildOnnx(runtime, arena, source);
  };
  return {
    name: 'onnx+wasm',
    description: `onnx+wasm: ${RULE} of a program, above ${runtime.description}`,
    allocate: values => new HostVector(arena, values),
    build,
    choices: () => ({ ...choices }),
    takeNotes: () => {
      const taken = notes;
      notes = [];
      return taken;
    },
  };
}

/** What tells a program from others of the same name: how many numbers it is given, and how many its state has. */
function programKey({ name, inputs, state }: ProgramSource): string {
  const given = Object.values(inputs).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const kept = Object.values(state).reduce((sum, { size }) => sum + size, 0);
  return `${name}, ${given} given, ${kept} kept`;
}
