import { type Rng, type Schedule, valueAt } from '@zpin/contracts';

/**
 * Keeps an array of floats and makes another one only when another length is asked for. The numbers are those of the last use.
 */
export class Scratch {
  #array = new Float32Array(0);

  of(length: number): Float32Array<ArrayBuffer> {
    if (this.#array.length !== length) this.#array = new Float32Array(length);
    return this.#array;
  }
}

/** Values of schedules as inputs of a program, `[1]` each; the arrays are reused by the next call. */
export function scheduledInputs<Name extends string>(
  schedules: Readonly<Record<Name, Schedule>>,
): (share: number) => Readonly<Record<Name, Float32Array>> {
  const entries = Object.entries(schedules) as [Name, Schedule][];
  const inputs = Object.fromEntries(entries.map(([name]) => [name, new Float32Array(1)])) as Record<Name, Float32Array>;
  return share => {
    for (const [name, schedule] of entries) inputs[name][0] = valueAt(schedule, share);
    return inputs;
  };
}

/** Random numbers that each row of a batch gets. */
export interface NoiseKind {
  /** Numbers per row. */
  readonly width: number;
  /** Bounds of uniform numbers; standard normal ones when omitted. */
  readonly uniform?: readonly [low: number, high: number];
}

/**
 * Noise as inputs of a program, `[B, width]` each, drawn in the order of the names; the arrays are reused by the next call.
 * @param kinds by the name of the input
 */
export function noiseInputs<Name extends string>(
  rng: Rng,
  kinds: Readonly<Record<Name, NoiseKind>>,
): (rows: number) => Readonly<Record<Name, Float32Array>> {
  const sources = (Object.entries(kinds) as [Name, NoiseKind][]).map(([name, kind]) => ({
    name,
    ...kind,
    scratch: new Scratch(),
  }));
  const inputs = {} as Record<Name, Float32Array>;
  return rows => {
    for (const { name, width, uniform, scratch } of sources) {
      const numbers = scratch.of(rows * width);
      inputs[name] = uniform ? rng.uniformInto(numbers, ...uniform) : rng.standardNormalInto(numbers);
    }
    return inputs;
  };
}

/** Importance weights `[B]` of each batch: its own, or ones, in an array that is made once. */
export function importanceWeights(): (batch: { readonly size: number; readonly weight?: Float32Array }) => Float32Array {
  const ones = new Scratch();
  return ({ size, weight }) => weight ?? ones.of(size).fill(1);
}
