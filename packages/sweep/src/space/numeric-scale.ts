import type { NumericParameter } from './parameter.ts';

/**
 * A numeric parameter on the line on which it is searched: its logarithm where it says so. A parameter of separate values covers
 * half a step on both sides of each, so that all are equally likely under a flat density.
 */
export interface NumericScale {
  readonly low: number;
  readonly high: number;
  /** Place of a value on the line. */
  place(value: number): number;
  /** The nearest value of the parameter. */
  value(place: number): number;
  /** The stretch of the line that stands for a value; null where values are continuous. */
  cell: ((value: number) => readonly [low: number, high: number]) | null;
}

/** Values of a parameter of separate values; infinite for a continuous one. */
export function countOfValues({ type, low, high, step = type === 'int' ? 1 : 0 }: NumericParameter): number {
  if (low === high) return 1;
  return step === 0 ? Number.POSITIVE_INFINITY : stepsIn(low, high, step) + 1;
}

/** Value number `index` of a parameter of separate values. */
export function valueAt({ type, low, high, step = type === 'int' ? 1 : 0 }: NumericParameter, index: number): number {
  return step === 0 ? low : Math.min(high, low + index * step);
}

export function numericScale(parameter: NumericParameter): NumericScale {
  const { type, low, high, log = false } = parameter;
  const step = parameter.step ?? (type === 'int' ? 1 : 0);
  const place = log ? Math.log : (value: number) => value;
  if (step === 0) {
    const back = log ? Math.exp : (at: number) => at;
    return {
      low: place(low),
      high: place(high),
      place,
      value: at => Math.min(high, Math.max(low, back(at))),
      cell: null,
    };
  }
  const last = stepsIn(low, high, step);
  return {
    low: place(low - step / 2),
    high: place(valueAt(parameter, last) + step / 2),
    place,
    value: at => valueAt(parameter, Math.min(last, Math.max(0, Math.round(((log ? Math.exp(at) : at) - low) / step)))),
    cell: value => [place(value - step / 2), place(value + step / 2)],
  };
}

/** Whole steps between two bounds, where rounding of decimal steps such as 0.1 does not cost the last one. */
function stepsIn(low: number, high: number, step: number): number {
  return Math.floor((high - low) / step + 1e-8);
}
