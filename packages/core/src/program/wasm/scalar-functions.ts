/**
 * Functions that programs seldom need, in 64-bit floats, one number at a time: the result is the true value rounded to a 32-bit
 * float, but for about one number in 10⁶ (tested to one unit in the last place). sin, cos and tan are so up to |x| = 2^20.
 */
import {
  type Code,
  call,
  F64,
  FunctionBuilder,
  f64,
  get,
  I32,
  I64,
  lane,
  type ModuleBuilder,
  plain,
  set,
  V128,
} from '@zpin/contracts/webassembly';

const add = (a: Code, b: Code): Code => plain(0xa0, a, b);
const sub = (a: Code, b: Code): Code => plain(0xa1, a, b);
const mul = (a: Code, b: Code): Code => plain(0xa2, a, b);
const div = (a: Code, b: Code): Code => plain(0xa3, a, b);
const abs = (a: Code): Code => plain(0x99, a);
const neg = (a: Code): Code => plain(0x9a, a);
const trunc = (a: Code): Code => plain(0x9d, a);
const nearest = (a: Code): Code => plain(0x9e, a);
const sqrt = (a: Code): Code => plain(0x9f, a);
const copySign = (a: Code, sign: Code): Code => plain(0xa6, a, sign);
const lt = (a: Code, b: Code): Code => plain(0x63, a, b);
const eq = (a: Code, b: Code): Code => plain(0x61, a, b);
const choose = (condition: Code, then: Code, otherwise: Code): Code => plain(0x1b, then, otherwise, condition);
const toI32 = (a: Code): Code => [a, 0xfc, 0x02];
const i64 = (value: bigint): Code => {
  const bytes: number[] = [0x42];
  let rest = value;
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
};

function polynomial(x: Code, coefficients: readonly number[]): Code {
  return coefficients.slice(1).reduce<Code>((sum, c) => add(mul(sum, x), f64(c)), f64(coefficients[0] as number));
}

type Body = (x: Code, f: FunctionBuilder, module: ModuleBuilder) => Code;

function define(name: string, body: Body) {
  return (module: ModuleBuilder): number => {
    const build = () => {
      const f = new FunctionBuilder([F64], [F64]);
      f.emit(body(get(0), f, module));
      return f;
    };
    return module.shared(`f64 ${name}`, build);
  };
}

/** 1/n!, from the highest. */
function inverseFactorials(highest: number, step = 1, sign = 1): number[] {
  const list: number[] = [];
  let factorial = 1;
  for (let n = 0; n <= highest; n++) {
    if (n > 0) factorial *= n;
    if ((highest - n) % step === 0) list.push((sign < 0 && Math.floor(n / step) % 2 === 1 ? -1 : 1) / factorial);
  }
  return list.reverse();
}

/** e^x for |x| ≤ 200, and e^±200 beyond, which no 32-bit float can hold either. */
const exp = define('exp', (x, f) => {
  const clamped = f.keep(F64, plain(0xa5, plain(0xa4, x, f64(200)), f64(-200)));
  const n = f.keep(F64, nearest(mul(clamped, f64(Math.LOG2E))));
  const r = f.keep(F64, sub(sub(clamped, mul(n, f64(0.6931471803691238))), mul(n, f64(1.9082149292705877e-10))));
  const bits = plain(0x86, plain(0xac, plain(0x6a, toI32(n), [0x41, 0xff, 0x07])), i64(52n));
  return mul(polynomial(r, inverseFactorials(12)), plain(0xbf, bits));
});

const log = define('log', (x, f) => {
  const shifted = f.keep(I64, plain(0x7d, plain(0xbd, x), i64(0x3fe6a09e667f3bcdn)));
  const e = f.keep(F64, plain(0xb9, plain(0x87, shifted, i64(52n))));
  const m = f.keep(F64, plain(0xbf, plain(0x7c, plain(0x83, shifted, i64(0xfffffffffffffn)), i64(0x3fe6a09e667f3bcdn))));
  const s = f.keep(F64, div(sub(m, f64(1)), add(m, f64(1))));
  const z = f.keep(F64, mul(s, s));
  const series = Array.from({ length: 11 }, (_, k) => 2 / (2 * (10 - k) + 1));
  const value = add(mul(s, polynomial(z, series)), mul(e, f64(Math.LN2)));
  const usual = choose(lt(x, f64(Number.POSITIVE_INFINITY)), value, add(x, x));
  return choose(lt(x, f64(0)), f64(Number.NaN), choose(eq(x, f64(0)), f64(Number.NEGATIVE_INFINITY), usual));
});

/** sin(x + quarter · π/2). */
function sine(quarter: number): Body {
  return (x, f) => {
    const n = f.keep(F64, nearest(mul(x, f64(2 / Math.PI))));
    const r = f.keep(F64, sub(sub(x, mul(n, f64(1.5707963267341256))), mul(n, f64(6.077100506506192e-11))));
    const z = f.keep(F64, mul(r, r));
    const turns = f.keep(I32, plain(0x6a, toI32(n), [0x41, quarter]));
    const odd = plain(0x71, turns, [0x41, 1]);
    const sin = mul(r, polynomial(z, inverseFactorials(15, 2, -1)));
    const cos = polynomial(z, inverseFactorials(16, 2, -1));
    const value = f.keep(F64, choose(odd, cos, sin));
    return choose(plain(0x71, turns, [0x41, 2]), neg(value), value);
  };
}

const sin = define('sin', sine(0));
const cos = define('cos', sine(1));

const arcTangent = define('atan', (x, f) => {
  const a = f.keep(F64, abs(x));
  const large = f.keep(I32, lt(f64(1), a));
  const t = f.keep(F64, choose(large, div(f64(1), a), a));
  const middle = f.keep(I32, lt(f64(0.4142135623730951), t));
  const r = f.keep(F64, choose(middle, div(sub(t, f64(1)), add(t, f64(1))), t));
  const series = Array.from({ length: 15 }, (_, k) => ((14 - k) % 2 === 1 ? -1 : 1) / (2 * (14 - k) + 1));
  const principal = mul(r, polynomial(f.keep(F64, mul(r, r)), series));
  const angle = f.keep(F64, add(principal, choose(middle, f64(Math.PI / 4), f64(0))));
  return copySign(choose(large, sub(f64(Math.PI / 2), angle), angle), x);
});

/** Near 0, where differences of large numbers would lose digits, the first terms of the series. */
const odd =
  (third: number, body: Body): Body =>
  (x, f, module) => {
    const usual = f.keep(F64, body(x, f, module));
    return choose(lt(abs(x), f64(1e-3)), add(x, mul(mul(mul(x, x), x), f64(third))), usual);
  };

const arcSine: Body = (x, _f, module) => call(arcTangent(module), div(x, sqrt(mul(sub(f64(1), x), add(f64(1), x)))));

/** erf(x)/x for |x| ≤ 4, a Chebyshev fit in x²/8 − 1; beyond it is 1 in 32 bits. */
const ERF = [
  -4.46724267094982e-6, 1.32461331416748e-5, -1.32603809269201e-5, 3.11212894080648e-5, -0.000125089453465895,
  0.000299081442637968, -0.000606629705621115, 0.00127244116398042, -0.00258166723878853, 0.00486454448511243,
  -0.00860502261366477, 0.0143457734963019, -0.022473827344932, 0.0330614593974702, -0.0457650778784992, 0.0598868010406377,
  -0.0747278678383607, 0.0902090007998718, -0.107710442476158, 0.131675116727175, -0.176576233301588, 0.353530995644097,
];

const functions: Readonly<Record<string, (module: ModuleBuilder) => number>> = {
  Sin: sin,
  Cos: cos,
  Tan: define('tan', (x, _f, module) => div(call(sin(module), x), call(cos(module), x))),
  Atan: arcTangent,
  Asin: define('asin', arcSine),
  Acos: define('acos', (x, f, module) => sub(f64(Math.PI / 2), arcSine(x, f, module))),
  Sinh: define(
    'sinh',
    odd(1 / 6, (x, _f, module) => mul(f64(0.5), sub(call(exp(module), x), call(exp(module), neg(x))))),
  ),
  Cosh: define('cosh', (x, _f, module) => mul(f64(0.5), add(call(exp(module), x), call(exp(module), neg(x))))),
  Asinh: define(
    'asinh',
    odd(-1 / 6, (x, _f, module) => {
      const a = abs(x);
      return copySign(call(log(module), add(a, sqrt(add(mul(x, x), f64(1))))), x);
    }),
  ),
  Acosh: define('acosh', (x, _f, module) => call(log(module), add(x, sqrt(mul(sub(x, f64(1)), add(x, f64(1))))))),
  Atanh: define(
    'atanh',
    odd(1 / 3, (x, _f, module) => mul(f64(0.5), call(log(module), div(add(f64(1), x), sub(f64(1), x))))),
  ),
  Erf: define('erf', (x, f) => {
    const clamped = f.keep(F64, plain(0xa5, plain(0xa4, x, f64(4)), f64(-4)));
    const u = f.keep(F64, sub(mul(mul(clamped, clamped), f64(0.125)), f64(1)));
    return mul(clamped, polynomial(u, ERF));
  }),
};

/** a^b, with the values of C at 0 and at negative bases. */
function power(module: ModuleBuilder): number {
  return module.shared('f64 pow', () => {
    const f = new FunctionBuilder([F64, F64], [F64]);
    const [a, b] = [get(0), get(1)];
    const size = f.keep(F64, call(exp(module), mul(b, call(log(module), abs(a)))));
    const whole = f.keep(I32, eq(nearest(b), b));
    const half = f.keep(F64, mul(b, f64(0.5)));
    const isOdd = eq(sub(half, nearest(half)), f64(0));
    const signed = choose(isOdd, size, neg(size));
    const negative = choose(whole, signed, f64(Number.NaN));
    f.emit(choose(eq(b, f64(0)), f64(1), choose(lt(a, f64(0)), negative, size)));
    return f;
  });
}

/** Remainder with the sign of the dividend. */
function remainder(module: ModuleBuilder): number {
  return module.shared('f64 fmod', () => {
    const f = new FunctionBuilder([F64, F64], [F64]);
    f.emit(sub(get(0), mul(trunc(div(get(0), get(1))), get(1))));
    return f;
  });
}

/** A function on four floats that takes the lanes one by one. */
function onLanes(name: string, operands: number, index: (module: ModuleBuilder) => number) {
  return (module: ModuleBuilder): number =>
    module.shared(`lanes ${name}`, () => {
      const scalar = index(module);
      const f = new FunctionBuilder(new Array(operands).fill(V128), [V128]);
      const result = f.local(V128);
      for (let k = 0; k < 4; k++) {
        const given = Array.from({ length: operands }, (_, i) => plain(0xbb, lane(0x1f, k, get(i))));
        f.emit(set(result, lane(0x20, k, get(result), plain(0xb6, call(scalar, ...given)))));
      }
      f.emit(get(result));
      return f;
    });
}

/** Remainder of integers with the sign of the dividend. That by 0 is 0, so that lanes without a number do not trap. */
export function integerRemainder(module: ModuleBuilder): number {
  return module.shared('lanes i32 Mod', () => {
    const f = new FunctionBuilder([V128, V128], [V128]);
    const result = f.local(V128);
    for (let k = 0; k < 4; k++) {
      const divisor = f.keep(I32, lane(0x1b, k, get(1)));
      const quotient = plain(0x6f, lane(0x1b, k, get(0)), plain(0x72, divisor, plain(0x45, divisor)));
      f.emit(set(result, lane(0x1c, k, get(result), quotient)));
    }
    f.emit(get(result));
    return f;
  });
}

/** Numbers of the functions of one vector of floats in a module, by ONNX operator. */
export const scalarFunctions: Readonly<Record<string, (module: ModuleBuilder) => number>> = Object.fromEntries(
  Object.entries(functions).map(([operator, index]) => [operator, onLanes(operator, 1, index)]),
);

export const powerOnLanes = onLanes('Pow', 2, power);
export const remainderOnLanes = onLanes('Mod', 2, remainder);
