import type { MaybePromise } from '@zpin/contracts';
import type { Engine, Executable, ProgramSource } from '../engine.ts';
import { WasmArena } from '../wasm/wasm-arena.ts';
import { HostVector } from './host-vector.ts';
import type { OnnxRuntime, OnnxSession } from './onnx-runtime.ts';
import { planProgram } from './plan.ts';
import { StagedProgram } from './staged-program.ts';

/** Runs programs as ONNX graphs. @param runtime native in Node, WebAssembly in a tab */
export function onnxEngine(runtime: OnnxRuntime): Engine {
  const arena = new WasmArena();
  return {
    name: 'onnx',
    description: `onnx: ${runtime.description}`,
    allocate: values => new HostVector(arena, values),
    build: source => buildOnnx(runtime, arena, source),
  };
}

/** Records a program, and makes a session that runs its graph. */
export function buildOnnx(runtime: OnnxRuntime, arena: WasmArena, source: ProgramSource): MaybePromise<Executable> {
  const plan = planProgram(source);
  const bind = (sessions: readonly OnnxSession[]) => new StagedProgram(plan, source, sessions, arena);
  // ONNX Runtime refuses a graph without nodes; all work may lie in the tail, or there may be none.
  const sessions = plan.stages.map(({ model }) => (model ? runtime.createSession(model) : NOTHING));
  return sessions.some(session => session instanceof Promise)
    ? Promise.all(sessions).then(bind)
    : bind(sessions as OnnxSession[]);
}

const NOTHING: OnnxSession = { run: () => undefined, release: () => undefined };
