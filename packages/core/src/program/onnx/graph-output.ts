import type { Value } from '../recording/graph.ts';
import { type OutputPort, outputKey } from './port.ts';

/** What a graph computes for a port. */
export interface GraphOutput {
  readonly port: OutputPort;
  readonly value: Value;
}

/** The values by the names of their ports in the ONNX graph. */
export function valuesByKey(outputs: readonly GraphOutput[]): Record<string, Value> {
  return Object.fromEntries(outputs.map(({ port, value }) => [outputKey(port), value]));
}
