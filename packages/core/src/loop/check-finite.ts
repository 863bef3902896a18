import { type EnvSpec, flatLayout, message, type NumericArray, NumericsError, type VectorStep } from '@zpin/contracts';

/**
 * Whether all numbers in [from, to) are finite. A sum of 32-bit floats is a 64-bit float that cannot overflow, so it is finite
 * where they all are: one look instead of one for each. Four sums, so that no addition waits for the one before.
 */
export function areFinite(values: Float32Array, from: number, to: number): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = from;
  for (const last = to - 3; i < last; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (; i < to; i++) a += values[i];
  const sum = a + b + c + d;
  return sum - sum === 0;
}

/** Where a number that is not finite came from. */
export interface BadNumber {
  readonly spec: EnvSpec;
  /** Copy of the vector environment. */
  readonly copy: number;
  /** When, in words. */
  readonly when: string;
}

/** What to say where an environment paid a reward that is not finite. */
export function badReward({ spec, copy, when }: BadNumber, reward: number): NumericsError {
  return refusal(`${spec.id}, copy ${copy}, ${when}`, 'the reward', reward, 'Mend its step()');
}

/** What to say where row `copy` of `[N, D]` observations has a number that is not finite: which part of the observation it is. */
export function badObservation({ spec, copy, when }: BadNumber, rows: NumericArray): NumericsError {
  const layout = flatLayout(spec.observationSpace);
  const width = layout.reduce((sum, { size }) => sum + size, 0);
  const row = rows.subarray(copy * width, (copy + 1) * width);
  const at = row.findIndex(value => !Number.isFinite(value));
  const part = layout.find(({ offset, size }) => at >= offset && at < offset + size);
  const name = part?.path ? `observation.${part.path}` : 'observation';
  const what = `${name}[${at - (part?.offset ?? 0)}]`;
  return refusal(`${spec.id}, copy ${copy}, ${when}`, what, row[at], 'Mend what it observes');
}

/**
 * Refuses a step with a reward or an observation that is not finite, for whoever keeps it before a `Collector` has seen it.
 * @throws NumericsError naming environment, copy and part
 */
export function checkFiniteStep(spec: EnvSpec, { reward, obs, finalObs, terminated, truncated }: VectorStep, when: string): void {
  const width = obs.length / reward.length;
  for (let copy = 0; copy < reward.length; copy++) {
    const place = { spec, copy, when };
    if (!Number.isFinite(reward[copy])) throw badReward(place, reward[copy]);
    const isEnd = terminated[copy] || truncated[copy];
    for (const rows of isEnd ? [finalObs, obs] : [obs]) {
      if (!(rows instanceof Float32Array) || areFinite(rows, copy * width, (copy + 1) * width)) continue;
      throw badObservation(place, rows);
    }
  }
}

function refusal(where: string, what: string, value: number, remedy: string): NumericsError {
  return new NumericsError(message(where, `${what} must be a finite number of 32 bits`, value, `${remedy}; checkEnv shows more`));
}
