import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { attribute, type KernelCall, type KernelTable } from './kernel.ts';

function matMul({ inputs, attributes, builder }: KernelCall): Value {
  return builder.matMul(inputs.a as Value, inputs.b as Value, attributes.transposeA, attributes.transposeB);
}

/** The activations that TensorFlow.js fuses into products. */
export function activate(b: GraphBuilder, x: Value, activation: string | undefined, call: KernelCall): Value {
  switch (activation ?? 'linear') {
    case 'linear':
      return x;
    case 'relu':
      return b.unary('Relu', x);
    case 'relu6':
      return b.binary('Min', b.unary('Relu', x), b.scalar(6));
    case 'elu':
      return b.unary('Elu', x);
    case 'sigmoid':
      return b.unary('Sigmoid', x);
    case 'leakyrelu':
      return b.where(b.binary('Less', x, b.scalar(0)), b.mul(x, b.scalar(attribute<number>(call, 'leakyreluAlpha'))), x);
    case 'prelu':
      return b.where(b.binary('Less', x, b.scalar(0)), b.mul(x, call.inputs.preluActivationWeights as Value), x);
    default:
      throw new Error(`activation ${activation} has no compiled form`);
  }
}

export const linear: KernelTable = {
  BatchMatMul: matMul,
  _FusedMatMul: call => {
    const product = matMul(call);
    const biased = call.inputs.bias ? call.builder.add(product, call.inputs.bias) : product;
    return activate(call.builder, biased, attribute<string | undefined>(call, 'activation'), call);
  },
};
