import type { Rng } from '@zpin/contracts';
import type { ParameterValue, Params } from '../space/parameter.ts';
import type { ParameterGroup } from '../space/parameter-groups.ts';
import { categoricalColumn, type KernelColumn, numericColumn } from './kernel-columns.ts';

/**
 * A density over a group of parameters: one kernel per observation, a product over the parameters, and a wide
 * prior, all of one weight. Because a
 * kernel keeps the parameters of an observation together, the density knows which values go well with which.
 */
export class ParzenEstimator {
  readonly #columns: readonly (readonly [name: string, column: KernelColumn])[];
  readonly #logs: Float64Array;

  /**
   * @param observations points that hold every parameter of the group
   * @param width standard deviation of the kernels as a share of a parameter's range
   */
  constructor(group: ParameterGroup, observations: readonly Params[], width: number) {
    this.#columns = group.map(([name, parameter]) => {
      const values = observations.map(params => params[name]);
      const column =
        parameter.type === 'categorical'
          ? categoricalColumn(parameter, values)
          : numericColumn(parameter, values.map(Number), width);
      return [name, column];
    });
    this.#logs = new Float64Array(observations.length + 1);
  }

  sample(rng: Rng): Params {
    const kernel = rng.choice(this.#logs.length);
    const params: Record<string, ParameterValue> = {};
    for (const [name, column] of this.#columns) params[name] = column.sample(kernel, rng);
    return params;
  }

  /** Logarithm of the density at a point. */
  logDensity(params: Params): number {
    const logs = this.#logs;
    logs.fill(-Math.log(logs.length));
    for (const [name, column] of this.#columns) column.addLogDensities(params[name], logs);
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < logs.length; k++) largest = Math.max(largest, logs[k]);
    let sum = 0;
    for (let k = 0; k < logs.length; k++) sum += Math.exp(logs[k] - largest);
    return largest + Math.log(sum);
  }
}
