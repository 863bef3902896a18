/**
 * Sine and cosine of additions and multiplications alone, which IEEE 754 fixes, so that a run has the same bits on every machine: those of
 * `Math` differ in the last bit between makes of JavaScript. At most one such bit away from them for |x| ≤ 1000 (tested).
 */

/** π/2 in two parts, of which the first has 33 bits: its product with a quarter's number is exact. */
const QUARTER_HIGH = 1.5707963267341256;
const QUARTER_LOW = 6.077100506506192e-11;

/** Series of (sin r − r) / r³ in r²: 1/17!, −1/15!, …, −1/3!. */
const SINE = [
  2.8114572543455206e-15, -7.647163731819816e-13, 1.6059043836821613e-10, -2.505210838544172e-8, 2.7557319223985893e-6,
  -1.984126984126984e-4, 8.333333333333333e-3, -0.16666666666666666,
];
/** Series of (cos r − 1 + r²/2) / r⁴ in r²: −1/18!, 1/16!, …, 1/4!. */
const COSINE = [
  -1.5619206968586225e-16, 4.779477332387385e-14, -1.1470745597729725e-11, 2.08767569878681e-9, -2.755731922398589e-7,
  2.48015873015873e-5, -1.388888888888889e-3, 0.041666666666666664,
];

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = coefficients[0] as number;
  for (let k = 1; k < coefficients.length; k++) sum = sum * x + (coefficients[k] as number);
  return sum;
}

/** sin(x + turn · π/2). */
function turned(x: number, turn: number): number {
  const n = Math.round(x / (Math.PI / 2));
  const r = x - n * QUARTER_HIGH - n * QUARTER_LOW;
  const square = r * r;
  const quarter = (n + turn) & 3;
  const half = 0.5 * square;
  const value =
    quarter & 1
      ? 1 - half + (1 - (1 - half) - half + square * square * polynomial(COSINE, square))
      : r + r * square * polynomial(SINE, square);
  return quarter & 2 ? -value : value;
}

/** @param x radians */
export function sine(x: number): number {
  return turned(x, 0);
}

/** @param x radians */
export function cosine(x: number): number {
  return turned(x, 1);
}
