import type { InputType, ProgramSource } from '../engine.ts';
import { reachable, type Value } from '../recording/graph.ts';
import { cutTail, type TailPlan } from './cut-tail.ts';
import { type GraphOutput, valuesByKey } from './graph-output.ts';
import { lowerToOnnx } from './onnx-lowering.ts';
import { encodeOnnx } from './onnx-protobuf.ts';
import type { Part } from './packing.ts';
import { type GivenPort, type InputPort, inputKey, type OutputPort, outputKey, type ResultPort, type StatePort } from './port.ts';
import { recordPorts } from './record-ports.ts';
import { shareSlices } from './share-slices.ts';

/** A program as the engine runs it: its graph as an ONNX model, and what each tensor of the graph stands for. */
export interface Plan {
  /** `null` when no work is left for the graph. */
  readonly model: Uint8Array | null;
  readonly inputs: readonly InputPort[];
  readonly outputs: readonly { readonly port: OutputPort; readonly type: InputType; readonly shape: readonly number[] }[];
  /** Parts of the packed input; none when the graph does not read it. */
  readonly packedIn: readonly Part<StatePort | GivenPort>[];
  readonly packedOut: readonly Part<StatePort | ResultPort>[];
  /** What is computed behind the graph. */
  readonly tail: TailPlan | null;
}

/** Records a program, and compiles it down to a model. */
export function planProgram(source: ProgramSource): Plan {
  const recorded = recordPorts(source);
  const { builder, packedIn, packedOut } = recorded;
  const shared = shareSlices(builder, valuesByKey(recorded.outputs), key => recorded.inputs.get(key));
  const ports = new Map([...recorded.inputs, ...shared.stretches.map(port => [inputKey(port), port] as const)]);
  const whole = recorded.outputs.map(({ port }) => ({ port, value: shared.outputs[outputKey(port)] as Value }));
  const { outputs, tail } = cutTail(builder, whole, key => ports.get(key));

  const graphInputs = inputsOf(outputs);
  const inputs = Object.keys(graphInputs).map(key => ports.get(key) as InputPort);
  return {
    model: outputs.length === 0 ? null : encodeOnnx(lowerToOnnx(source.name, graphInputs, valuesByKey(outputs))),
    inputs,
    outputs: outputs.map(({ port, value }) => ({ port, type: value.type as InputType, shape: value.shape })),
    packedIn: inputs.some(({ kind }) => kind === 'packed') ? packedIn : [],
    packedOut,
    tail,
  };
}

/** The inputs that a graph reads, by name. */
function inputsOf(outputs: readonly GraphOutput[]): Record<string, Value> {
  const values = reachable(outputs.map(({ value }) => value));
  return Object.fromEntries(
    values.flatMap(value => (value.source.kind === 'input' ? [[value.source.name, value] as const] : [])),
  );
}
