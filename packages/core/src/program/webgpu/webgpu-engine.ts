import type { Engine } from '../engine.ts';
import { HostVector } from '../onnx/host-vector.ts';
import { isHeld, planProgram } from '../onnx/plan.ts';
import { outputKey } from '../onnx/port.ts';
import { StagedProgram } from '../onnx/staged-program.ts';
import { WasmArena } from '../wasm/wasm-arena.ts';
import { DeviceVector } from './device-vector.ts';
import type { WebgpuRuntime } from './webgpu-runtime.ts';

/** Runs programs as ONNX graphs on a device that keeps the state. */
export function webgpuEngine(runtime: WebgpuRuntime): Engine {
  const arena = new WasmArena();
  return {
    name: 'webgpu',
    description: 'webgpu: ONNX Runtime on WebGPU, weights on the device',
    allocate: values => (isHeld(values.length) ? new HostVector(arena, values) : new DeviceVector(runtime, values)),
    build: source => {
      const plan = planProgram(source, 'device');
      const sessions = plan.stages.map(({ model, outputs }) => {
        const kept = outputs.flatMap(({ port }) => (port.kind === 'state' ? [outputKey(port)] : []));
        return model ? runtime.createSession(model, kept) : { run: () => undefined, release: () => undefined };
      });
      return new StagedProgram(plan, source, sessions, arena);
    },
  };
}
