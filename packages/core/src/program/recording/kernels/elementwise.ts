import type { GraphBuilder } from '../builder.ts';
import type { Value } from '../graph.ts';
import { attribute, type Kernel, type KernelCall, type KernelTable } from './kernel.ts';

/** Kernels that are one ONNX operator on one tensor. */
const UNARY: Readonly<Record<string, string>> = {
  Abs: 'Abs',
  Acos: 'Acos',
  Acosh: 'Acosh',
  Asin: 'Asin',
  Asinh: 'Asinh',
  Atan: 'Atan',
  Atanh: 'Atanh',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Identity: 'Identity',
  Log: 'Log',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Round: 'Round',
  Sigmoid: 'Sigmoid',
  Sign: 'Sign',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Softplus: 'Softplus',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
  Tanh: 'Tanh',
};

/** Kernels that are one ONNX operator on two tensors that broadcast. */
const BINARY: Readonly<Record<string, string>> = {
  Add: 'Add',
  Sub: 'Sub',
  Multiply: 'Mul',
  RealDiv: 'Div',
  Maximum: 'Max',
  Minimum: 'Min',
  Pow: 'Pow',
  Equal: 'Equal',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
};

const x = (call: KernelCall): Value => call.inputs.x as Value;

/** The number `value` in the type of a tensor. */
const like = (b: GraphBuilder, tensor: Value, value: number): Value => b.scalar(value, tensor.type);

/** ONNX Runtime's And, Or and comparisons of equality take booleans; TensorFlow.js lets every type through. */
const truth = (b: GraphBuilder, value: Value): Value => b.cast(value, 'bool');

function unary(operator: string): Kernel {
  if (operator === 'Identity') return x;
  return call => {
    // Ceil, Floor and Round of integers, and Relu of booleans, are not in ONNX Runtime.
    if (x(call).type === 'int32' && (operator === 'Ceil' || operator === 'Floor' || operator === 'Round')) return x(call);
    const operand = x(call).type === 'bool' ? call.builder.cast(x(call), 'int32') : x(call);
    const float = operand.type === 'int32' && !['Abs', 'Neg', 'Sign', 'Relu'].includes(operator);
    return call.builder.unary(operator, float ? call.builder.cast(operand, 'float32') : operand);
  };
}

function binary(operator: string): Kernel {
  return ({ inputs, builder: b }) => {
    const [left, right] = [inputs.a as Value, inputs.b as Value];
    if (operator === 'And' || operator === 'Or') return b.binary(operator, truth(b, left), truth(b, right), 'bool');
    if (left.type === 'bool') return binaryOnBooleans(b, operator, left, right);
    return b.binary(operator, left, right);
  };
}

function binaryOnBooleans(b: GraphBuilder, operator: string, left: Value, right: Value): Value {
  const result = b.binary(operator, b.cast(left, 'int32'), b.cast(right, 'int32'));
  return operator === 'Max' || operator === 'Min' ? b.cast(result, 'bool') : result;
}

/** Remainder with the sign of the divisor. C's `fmod` keeps the dividend's, so it is shifted by the divisor and taken again. */
function mod({ inputs, builder: b }: KernelCall): Value {
  const [left, right] = [inputs.a as Value, inputs.b as Value];
  const shape = b.add(left, right).shape;
  const fmod = (p: Value, q: Value) => b.apply('Mod', [p, q], shape, p.type, { fmod: 1 });
  return fmod(b.add(fmod(b.expand(left, shape), right), right), right);
}

function floorDiv({ inputs, builder: b }: KernelCall): Value {
  const [left, right] = [inputs.a as Value, inputs.b as Value];
  const quotient = b.unary('Floor', b.div(b.cast(left, 'float32'), b.cast(right, 'float32')));
  return b.cast(quotient, left.type);
}

/** e^x − 1 without cancellation: tanh(x/2)·(e^x + 1). */
function expm1(call: KernelCall): Value {
  const b = call.builder;
  const tanh = b.unary('Tanh', b.mul(x(call), b.scalar(0.5)));
  return b.mul(tanh, b.add(b.unary('Exp', x(call)), b.scalar(1)));
}

/** log(1 + x) without cancellation: 2·artanh(x/(x + 2)) near 0. */
function log1p(call: KernelCall): Value {
  const b = call.builder;
  const near = b.mul(b.unary('Atanh', b.div(x(call), b.add(x(call), b.scalar(2)))), b.scalar(2));
  const far = b.unary('Log', b.add(x(call), b.scalar(1)));
  return b.where(b.binary('Less', b.unary('Abs', x(call)), b.scalar(0.5)), near, far);
}

function atan2({ inputs, builder: b }: KernelCall): Value {
  const [y, z] = [inputs.a as Value, inputs.b as Value];
  const zero = b.scalar(0);
  const positive = (value: Value) => b.binary('Greater', value, zero);
  const negative = (value: Value) => b.binary('Less', value, zero);
  const principal = b.unary('Atan', b.div(y, z));
  const turned = b.add(principal, b.where(negative(y), b.scalar(-Math.PI), b.scalar(Math.PI)));
  const upright = b.where(positive(y), b.scalar(Math.PI / 2), b.where(negative(y), b.scalar(-Math.PI / 2), zero));
  return b.where(positive(z), principal, b.where(negative(z), turned, upright));
}

/** min(max(x, low), high); what is not a number stays so. */
function clip(call: KernelCall): Value {
  const b = call.builder;
  const low = like(b, x(call), attribute<number>(call, 'clipValueMin'));
  const high = like(b, x(call), attribute<number>(call, 'clipValueMax'));
  return b.binary('Min', b.binary('Max', x(call), low), high);
}

function step(call: KernelCall): Value {
  const b = call.builder;
  const alpha = attribute<number | undefined>(call, 'alpha') ?? 0;
  // x > 0 where relu(x) > 0. Asked that way, only relu(x) is needed of the forward pass, and it is fused into its product there.
  const value = x(call).type === 'float32' ? b.unary('Relu', x(call)) : x(call);
  const positive = b.binary('Greater', value, like(b, value, 0));
  return alpha === 0 ? b.cast(positive, 'float32') : b.where(positive, b.scalar(1), b.scalar(alpha));
}

export const elementwise: KernelTable = {
  ...Object.fromEntries(Object.entries(UNARY).map(([kernel, operator]) => [kernel, unary(operator)])),
  ...Object.fromEntries(Object.entries(BINARY).map(([kernel, operator]) => [kernel, binary(operator)])),
  AddN: ({ inputs, builder }) => Object.values(inputs).reduce((sum, value) => builder.add(sum, value)),
  Atan2: atan2,
  Cast: call => {
    const type = attribute<'float32' | 'int32' | 'bool'>(call, 'dtype');
    return call.builder.cast(x(call), type);
  },
  ClipByValue: clip,
  Elu: call => call.builder.unary('Elu', x(call)),
  EluGrad: ({ inputs, builder: b }) => {
    const [dy, y] = [inputs.dy as Value, inputs.y as Value];
    return b.where(b.binary('GreaterOrEqual', y, b.scalar(0)), dy, b.mul(dy, b.add(y, b.scalar(1))));
  },
  Expm1: expm1,
  FloorDiv: floorDiv,
  IsFinite: call => {
    const b = call.builder;
    const odd = b.binary('Or', b.unary('IsNaN', x(call), 'bool'), b.unary('IsInf', x(call), 'bool'), 'bool');
    return b.unary('Not', odd, 'bool');
  },
  IsInf: call => call.builder.unary('IsInf', x(call), 'bool'),
  IsNan: call => call.builder.unary('IsNaN', x(call), 'bool'),
  LeakyRelu: call => {
    const b = call.builder;
    return b.where(b.binary('Less', x(call), b.scalar(0)), b.mul(x(call), b.scalar(attribute<number>(call, 'alpha'))), x(call));
  },
  Log1p: log1p,
  LogicalNot: call => call.builder.unary('Not', truth(call.builder, x(call)), 'bool'),
  Mod: mod,
  NotEqual: ({ inputs, builder: b }) => b.unary('Not', b.binary('Equal', inputs.a as Value, inputs.b as Value), 'bool'),
  OnesLike: call => call.builder.splat(1, x(call).shape, x(call).type),
  Prelu: ({ inputs, builder: b }) => {
    const [value, alpha] = [inputs.x as Value, inputs.alpha as Value];
    return b.where(b.binary('Less', value, b.scalar(0)), b.mul(value, alpha), value);
  },
  Relu6: call => call.builder.binary('Min', call.builder.unary('Relu', x(call)), call.builder.scalar(6)),
  Rsqrt: call => call.builder.unary('Reciprocal', call.builder.unary('Sqrt', x(call))),
  Select: ({ inputs, builder: b }) => {
    const condition = truth(b, inputs.condition as Value);
    const [then, otherwise] = [inputs.t as Value, inputs.e as Value];
    // A condition of rank 1 chooses whole rows.
    const rows =
      condition.shape.length === 1 && then.shape.length > 1
        ? [condition.shape[0] as number, ...then.shape.slice(1).map(() => 1)]
        : condition.shape;
    return b.where(b.reshape(condition, rows), then, otherwise);
  },
  Selu: call => {
    const b = call.builder;
    const [scale, alpha] = [1.0507009873554805, 1.6732632423543772];
    const negative = b.mul(b.sub(b.unary('Exp', x(call)), b.scalar(1)), b.scalar(scale * alpha));
    return b.where(b.binary('GreaterOrEqual', x(call), b.scalar(0)), b.mul(x(call), b.scalar(scale)), negative);
  },
  Square: call => call.builder.mul(x(call), x(call)),
  SquaredDifference: ({ inputs, builder: b }) => {
    const difference = b.sub(inputs.a as Value, inputs.b as Value);
    return b.mul(difference, difference);
  },
  Step: step,
  ZerosLike: call => call.builder.splat(0, x(call).shape, x(call).type),
};
