import type { GraphBuilder } from '../recording/builder.ts';
import { reachable, type Value } from '../recording/graph.ts';

/** Writes `Softmax` and `LogSoftmax` as the steps that they consist of, which loops and reductions carry out. */
export function expandSoftmax(builder: GraphBuilder, outputs: readonly Value[]): Value[] {
  const made = new Map<Value, Value>();
  for (const value of reachable(outputs)) {
    const { source } = value;
    if (source.kind !== 'operation') {
      made.set(value, value);
      continue;
    }
    const inputs = source.inputs.map(input => made.get(input) as Value);
    if (source.operator === 'Softmax' || source.operator === 'LogSoftmax') {
      made.set(value, softmax(builder, source.operator, inputs[0] as Value, source.attributes.axis as number));
    } else if (inputs.every((input, k) => input === source.inputs[k])) made.set(value, value);
    else made.set(value, builder.apply(source.operator, inputs, value.shape, value.type, source.attributes));
  }
  return outputs.map(output => made.get(output) as Value);
}

function softmax(b: GraphBuilder, operator: string, logits: Value, axis: number): Value {
  const shifted = b.sub(logits, b.reduce('ReduceMax', logits, [axis], true));
  const exponentials = b.unary('Exp', shifted);
  const sum = b.reduce('ReduceSum', exponentials, [axis], true);
  return operator === 'Softmax' ? b.div(exponentials, sum) : b.sub(shifted, b.unary('Log', sum));
}
