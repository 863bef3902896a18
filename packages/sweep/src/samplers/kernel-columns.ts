import type { Rng } from '@zpin/contracts';
import { numericScale } from '../space/numeric-scale.ts';
import type { CategoricalParameter, NumericParameter, ParameterValue } from '../space/parameter.ts';
import { normalMass } from './normal-mass.ts';

/** One parameter in all kernels of a mixture: kernel k around observation k, the last one the prior. */
export interface KernelColumn {
  /** A value drawn from one kernel. */
  sample(kernel: number, rng: Rng): ParameterValue;
  /** Adds the logarithm of the density (of the probability, for separate values) of a value under each kernel to `out`. */
  addLogDensities(value: ParameterValue, out: Float64Array): void;
}

const LOG_SQRT_TWO_PI = Math.log(Math.sqrt(2 * Math.PI));

/**
 * Normals cut off at the bounds, all of one width.
 * @param width standard deviation as a share of the range
 */
export function numericColumn(parameter: NumericParameter, values: readonly number[], width: number): KernelColumn {
  const { low, high, place, value: valueThere, cell } = numericScale(parameter);
  const range = high - low;
  if (range === 0) return { sample: () => parameter.low, addLogDensities: () => undefined };
  const count = values.length + 1;
  const centres = new Float64Array(count);
  const widths = new Float64Array(count).fill(width * range);
  values.forEach((value, k) => {
    centres[k] = place(value);
  });
  // The prior: so wide that it is nearly flat.
  centres[count - 1] = (low + high) / 2;
  widths[count - 1] = range;
  const logMasses = Float64Array.from(centres, (centre, k) =>
    Math.log(normalMass((low - centre) / widths[k], (high - centre) / widths[k])),
  );
  return {
    sample(kernel, rng) {
      // The centre lies inside: at least a third of the draws do.
      for (;;) {
        const at = centres[kernel] + widths[kernel] * rng.standardNormal();
        if (at >= low && at <= high) return valueThere(at);
      }
    },
    addLogDensities(value, out) {
      if (typeof value !== 'number') return;
      if (cell) {
        const [from, to] = cell(value);
        for (let k = 0; k < count; k++) {
          const mass = normalMass((from - centres[k]) / widths[k], (to - centres[k]) / widths[k]);
          out[k] += Math.log(mass) - logMasses[k];
        }
        return;
      }
      const at = place(value);
      for (let k = 0; k < count; k++) {
        const distance = (at - centres[k]) / widths[k];
        out[k] += -0.5 * distance * distance - LOG_SQRT_TWO_PI - Math.log(widths[k]) - logMasses[k];
      }
    },
  };
}

/** Each observed choice with most of the weight of its kernel, the rest spread over all choices; the prior is flat. */
export function categoricalColumn({ choices }: CategoricalParameter, values: readonly ParameterValue[]): KernelColumn {
  const count = values.length + 1;
  const spread = 1 / count;
  const total = 1 + spread * choices.length;
  const observed = values.map(value => choices.indexOf(value));
  const weightsOf = (kernel: number) =>
    choices.map((_, choice) => (kernel === count - 1 ? 1 : spread + (choice === observed[kernel] ? 1 : 0)));
  return {
    sample: (kernel, rng) => choices[rng.choice(weightsOf(kernel))],
    addLogDensities(value, out) {
      const choice = choices.indexOf(value);
      const [same, other] = [Math.log((1 + spread) / total), Math.log(spread / total)];
      for (let k = 0; k < count - 1; k++) out[k] += observed[k] === choice ? same : other;
      out[count - 1] -= Math.log(choices.length);
    },
  };
}
