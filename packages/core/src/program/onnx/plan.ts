import type { InputType, ProgramSource } from '../engine.ts';
import type { GraphBuilder } from '../recording/builder.ts';
import { operation, reachable, type Value } from '../recording/graph.ts';
import { cutTails, type TailPlan } from './cut-tail.ts';
import { deviceOperators } from './device-operators.ts';
import { flattenProducts } from './flat-products.ts';
import { gatherPatches } from './gather-patches.ts';
import { type GraphOutput, valuesByKey } from './graph-output.ts';
import { DEVICE, type Dialect, lowerToOnnx } from './onnx-lowering.ts';
import { encodeOnnx } from './onnx-protobuf.ts';
import { type PackedIn, type PackedOut, type Part, packPorts } from './packing.ts';
import { type InputPort, inputKey, type OutputPort, outputKey, PACKED } from './port.ts';
import { recordPorts } from './record-ports.ts';
import { type ScalarsPlan, takeScalars } from './scalars.ts';
import { shapeInputs } from './shape-inputs.ts';
import { shareSlices } from './share-slices.ts';
import { cutStages } from './stages.ts';

/** A stage of a program as the engine runs it: its graph as an ONNX model, and what each tensor of the graph stands for. */
export interface Plan {
  /** `null` when no work is left for the graph. */
  readonly model: Uint8Array | null;
  /** Nodes of the model. */
  readonly nodes: number;
  readonly inputs: readonly { readonly port: InputPort; readonly shape: readonly number[] }[];
  readonly outputs: readonly { readonly port: OutputPort; readonly type: InputType; readonly shape: readonly number[] }[];
  /** Parts of the packed input. */
  readonly packedIn: readonly Part<PackedIn>[];
  readonly packedOut: readonly Part<PackedOut>[];
  /** What is computed on single numbers beside the graph. */
  readonly scalars: ScalarsPlan;
  /** What is computed behind the graph. */
  readonly tails: readonly TailPlan[];
}

/** A program as the engine runs it. */
export interface ProgramPlan {
  /** Run one after the other. */
  readonly stages: readonly Plan[];
  readonly metricNames: readonly string[];
}

/** What a plan is made for: ONNX Runtime on the processor with loops behind its graphs, or a device that holds the state. */
export type PlanTarget = 'processor' | 'device';

/** Whether a state vector of a device is kept in main memory all the same: a single number, which is computed with there. */
export const isHeld = (size: number): boolean => size === 1;

/** Records a program, and compiles it down to models. */
export function planProgram(source: ProgramSource, target: PlanTarget = 'processor'): ProgramPlan {
  const { builder, inputs, outputs } = recordPorts(source);
  if (target === 'device') {
    return {
      stages: [planOnDevice(source.name, builder, inputs, deviceOperators(builder, outputs))],
      metricNames: metricNamesOf(outputs),
    };
  }
  const stages = cutStages(builder, outputs);
  const ports = new Map([...inputs, ...stages.carried.map(port => [inputKey(port), port] as const)]);
  return {
    stages: stages.outputs.map(own => planStage(source.name, builder, ports, own)),
    metricNames: metricNamesOf(outputs),
  };
}

function metricNamesOf(outputs: readonly GraphOutput[]): string[] {
  return outputs.flatMap(({ port }) => (port.kind === 'metric' ? [port.name] : []));
}

function planStage(
  name: string,
  builder: GraphBuilder,
  inputs: ReadonlyMap<string, InputPort>,
  recorded: readonly GraphOutput[],
): Plan {
  const ports = new Map(inputs);
  const portOf = (key: string) => ports.get(key);
  const { outputs: before, tails } = cutTails(builder, recorded, portOf);
  const { outputs: rest, scalars, ports: scalarPorts } = takeScalars(builder, before, portOf);
  for (const port of scalarPorts) ports.set(inputKey(port), port);
  const { outputs: whole, packedIn, packedOut } = packPorts(builder, rest, portOf);
  ports.set(inputKey(PACKED), PACKED);
  const shared = shareSlices(builder, valuesByKey(whole), portOf);
  for (const port of shared.stretches) ports.set(inputKey(port), port);
  const values = shapeInputs(builder, gatherPatches(builder, flattenProducts(builder, shared.outputs)));
  const outputs = whole.map(({ port }) => ({ port, value: unshaped(port, values[outputKey(port)] as Value) }));
  return { ...modelOf(name, outputs, ports), packedIn, packedOut, scalars, tails };
}

/**
 * One graph with all of the optimiser in it: what left it would cross to the processor and back. Vectors go in and out whole, in the
 * shape that they have on the device.
 */
function planOnDevice(
  name: string,
  builder: GraphBuilder,
  inputs: ReadonlyMap<string, InputPort>,
  recorded: readonly GraphOutput[],
): Plan {
  const ports = new Map(inputs);
  const portOf = (key: string) => ports.get(key);
  const { outputs: rest, scalars, ports: scalarPorts } = takeScalars(builder, recorded, portOf);
  for (const port of scalarPorts) ports.set(inputKey(port), port);
  const isPacked = ({ kind }: InputPort | OutputPort, size: number) =>
    kind === 'state' || kind === 'stretch' ? kind === 'state' && isHeld(size) : true;
  const { outputs, packedIn, packedOut } = packPorts(builder, rest, portOf, isPacked);
  ports.set(inputKey(PACKED), PACKED);
  return { ...modelOf(name, outputs, ports, DEVICE), packedIn, packedOut, scalars, tails: [] };
}

function modelOf(
  name: string,
  outputs: readonly GraphOutput[],
  ports: ReadonlyMap<string, InputPort>,
  dialect?: Dialect,
): Pick<Plan, 'model' | 'nodes' | 'inputs' | 'outputs'> {
  const graphInputs = inputsOf(outputs);
  const model = outputs.length === 0 ? null : lowerToOnnx(name, graphInputs, valuesByKey(outputs), dialect);
  return {
    model: model && encodeOnnx(model),
    nodes: model?.nodes.length ?? 0,
    inputs: Object.entries(graphInputs).map(([key, { shape }]) => ({ port: ports.get(key) as InputPort, shape })),
    outputs: outputs.map(({ port, value }) => ({ port, type: value.type as InputType, shape: value.shape })),
  };
}

/** The array of an output has no shape, so that the graph need not give it one. */
function unshaped({ kind }: OutputPort, value: Value): Value {
  const inner =
    kind === 'output' || kind === 'carried' || kind === 'tailArray' ? operation(value, 'Reshape')?.inputs[0] : undefined;
  return inner?.source.kind === 'operation' ? inner : value;
}

/** The inputs that a graph reads, by name. */
function inputsOf(outputs: readonly GraphOutput[]): Record<string, Value> {
  const values = reachable(outputs.map(({ value }) => value));
  return Object.fromEntries(
    values.flatMap(value => (value.source.kind === 'input' ? [[value.source.name, value] as const] : [])),
  );
}
