import * as tf from '@tensorflow/tfjs-core';
import type { FlatResult, InputSpec, ProgramSource } from '../engine.ts';
import type { GraphBuilder } from '../recording/builder.ts';
import type { Value } from '../recording/graph.ts';
import { record, type TensorSpec } from '../recording/recorder.ts';
import type { GraphOutput } from './graph-output.ts';
import { type GivenPort, type InputPort, inputKey, outputKey, type ResultPort, type StatePort } from './port.ts';

/** A recorded program. */
export interface RecordedPorts {
  readonly builder: GraphBuilder;
  /** By the names of the inputs of the graph. */
  readonly inputs: ReadonlyMap<string, InputPort>;
  readonly outputs: readonly GraphOutput[];
}

/** Records a program: its vectors and inputs are ports of the graph. */
export function recordPorts(source: ProgramSource): RecordedPorts {
  const declared = declaredInputs(source);
  const specs: Record<string, TensorSpec> = Object.fromEntries(declared.map(({ port, spec }) => [inputKey(port), spec]));
  const ports: (StatePort | ResultPort)[] = [];
  const recording = record(source.name, specs, tensors => {
    const state: Record<string, tf.Tensor1D> = {};
    const given: Record<string, tf.Tensor> = {};
    for (const { port } of declared) {
      const tensor = tensors[inputKey(port)] as tf.Tensor;
      if (port.kind === 'state') state[port.vector] = tensor as tf.Tensor1D;
      else given[port.name] = tensor;
    }
    const results = resultTensors(source.run(state, given));
    ports.push(...results.map(({ port }) => port));
    return Object.fromEntries(results.map(({ port, tensor }) => [outputKey(port), tensor]));
  });
  return {
    builder: recording.builder,
    inputs: new Map(declared.map(({ port }) => [inputKey(port), port])),
    outputs: ports.map(port => ({ port, value: recording.outputs[outputKey(port)] as Value })),
  };
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
