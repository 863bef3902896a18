import * as tf from '@tensorflow/tfjs-core';
import type { FlatResult, InputSpec, ProgramSource } from '../engine.ts';
import type { GraphBuilder } from '../recording/builder.ts';
import type { Value } from '../recording/graph.ts';
import { record, type TensorSpec } from '../recording/recorder.ts';
import type { GraphOutput } from './graph-output.ts';
import { isPacked, layOut, type Part, totalSize } from './packing.ts';
import {
  type GivenPort,
  type InputPort,
  inputKey,
  type OutputPort,
  outputKey,
  PACKED,
  type ResultPort,
  type StatePort,
} from './port.ts';

/** A recorded program whose small tensors travel in one. */
export interface RecordedPorts {
  readonly builder: GraphBuilder;
  /** By the names of the inputs of the graph. */
  readonly inputs: ReadonlyMap<string, InputPort>;
  readonly outputs: readonly GraphOutput[];
  readonly packedIn: readonly Part<StatePort | GivenPort>[];
  readonly packedOut: readonly Part<StatePort | ResultPort>[];
}

/** Records a program: its vectors and inputs are ports of the graph, or parts of the packed one. */
export function recordPorts(source: ProgramSource): RecordedPorts {
  const declared = declaredInputs(source);
  const packedIn = layOut(
    declared.filter(({ spec }) => isPacked(spec.type, spec.shape)).map(({ port, spec }) => ({ port, shape: spec.shape })),
  );
  const direct = declared.filter(({ spec }) => !isPacked(spec.type, spec.shape));
  const inputs = new Map<string, InputPort>(direct.map(({ port }) => [inputKey(port), port]));
  const specs: Record<string, TensorSpec> = Object.fromEntries(direct.map(({ port, spec }) => [inputKey(port), spec]));
  if (packedIn.length > 0) {
    inputs.set(inputKey(PACKED), PACKED);
    specs[inputKey(PACKED)] = { type: 'float32', shape: [totalSize(packedIn)] };
  }

  let packedOut: readonly Part<StatePort | ResultPort>[] = [];
  const ports = new Map<string, OutputPort>();
  const recording = record(source.name, specs, tensors => {
    const unpacked = unpack(packedIn, tensors[inputKey(PACKED)]);
    const state: Record<string, tf.Tensor1D> = {};
    const given: Record<string, tf.Tensor> = {};
    for (const { port } of declared) {
      const tensor = unpacked.get(port) ?? (tensors[inputKey(port)] as tf.Tensor);
      if (port.kind === 'state') state[port.vector] = tensor as tf.Tensor1D;
      else given[port.name] = tensor;
    }
    const results = resultTensors(source.run(state, given));
    const small = results.filter(({ tensor }) => isPacked(tensor.dtype, tensor.shape));
    packedOut = layOut(small.map(({ port, tensor }) => ({ port, shape: tensor.shape })));
    const outputs: { port: OutputPort; tensor: tf.Tensor }[] = results.filter(result => !small.includes(result));
    if (small.length > 0)
      outputs.push({ port: PACKED, tensor: tf.concat1d(small.map(({ tensor }) => tf.reshape(tensor, [-1]))) });
    for (const { port } of outputs) ports.set(outputKey(port), port);
    return Object.fromEntries(outputs.map(({ port, tensor }) => [outputKey(port), tensor]));
  });
  const outputs = [...ports].map(([key, port]) => ({ port, value: recording.outputs[key] as Value }));
  return { builder: recording.builder, inputs, outputs, packedIn, packedOut };
}

/** What the program reads, in the order of its store and its definition. */
function declaredInputs(source: ProgramSource): { port: StatePort | GivenPort; spec: InputSpec }[] {
  return [
    ...Object.entries(source.state).map(([vector, { size }]) => ({
      port: { kind: 'state', vector } as const,
      spec: { type: 'float32', shape: [size] } as const,
    })),
    ...Object.entries(source.inputs).map(([name, spec]) => ({ port: { kind: 'given', name } as const, spec })),
  ];
}

/** The parts of the packed tensor as tensors of their own. */
function unpack<Port>(parts: readonly Part<Port>[], packed: tf.Tensor | undefined): Map<Port, tf.Tensor> {
  return new Map(
    parts.map(({ port, offset, size, shape }) => [
      port,
      tf.reshape(tf.slice(packed as tf.Tensor1D, [offset], [size]), [...shape]),
    ]),
  );
}

function resultTensors(result: FlatResult): { port: StatePort | ResultPort; tensor: tf.Tensor }[] {
  return [
    ...Object.entries(result.state).map(([vector, tensor]) => ({
      port: { kind: 'state', vector } as const,
      tensor: tf.reshape(tensor, [-1]),
    })),
    ...Object.entries(result.outputs).map(([name, tensor]) => ({ port: { kind: 'output', name } as const, tensor })),
    ...Object.entries(result.metrics).map(([name, tensor]) => ({
      port: { kind: 'metric', name } as const,
      tensor: tf.cast(tensor, 'float32'),
    })),
  ];
}
