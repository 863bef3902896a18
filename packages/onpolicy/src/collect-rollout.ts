import { createRows, type MaybePromise, type NumericArray, type Rollout } from '@zpin/contracts';
import type { Collected, Collector } from '@zpin/core';

/** What acts and judges while a rollout is collected; the methods of an `OnPolicyAgent`. */
export interface Explorer {
  explore(obs: NumericArray, logProb: Float32Array, value: Float32Array, mask?: Uint8Array): MaybePromise<NumericArray>;
  value(obs: NumericArray, value: Float32Array): MaybePromise<void>;
}

/** Arrays for T steps of the environments of a collector; reused by every rollout of the same length. */
export function rolloutArrays(collector: Collector, numSteps: number): Rollout {
  const { spec, numEnvs } = collector.env;
  const rows = numSteps * numEnvs;
  return {
    numSteps,
    numEnvs,
    obs: createRows(spec.observationSpace, rows),
    action: createRows(spec.actionSpace, rows),
    reward: new Float32Array(rows),
    terminated: new Uint8Array(rows),
    truncated: new Uint8Array(rows),
    logProb: new Float32Array(rows),
    value: new Float32Array(rows),
    nextValue: new Float32Array(rows),
    ...(collector.actionMask && { actionMask: new Uint8Array(numSteps * collector.actionMask.length) }),
  };
}

/**
 * Plays `out.numSteps` steps and writes them to `out`.
 * @param bootstrap whether the value of what follows the last step is wanted; else its `nextValue` is 0 where the episode goes on
 * @param onStep called after every step, with its number from 0 on
 */
export async function collectRollout(
  collector: Collector,
  explorer: Explorer,
  out: Rollout,
  bootstrap: boolean,
  onStep: (t: number, collected: Collected) => void,
): Promise<void> {
  const { numSteps, numEnvs, reward, terminated, truncated, logProb, value, nextValue } = out;
  const following = new Float32Array(numEnvs);
  for (let t = 0; t < numSteps; t++) {
    const row = t * numEnvs;
    const { obs, actionMask } = collector;
    out.obs.set(obs, t * obs.length);
    if (actionMask) out.actionMask?.set(actionMask, t * actionMask.length);
    const rows = <A extends NumericArray>(array: A) => array.subarray(row, row + numEnvs) as A;
    const action = await explorer.explore(obs, rows(logProb), rows(value), actionMask);
    out.action.set(action, t * action.length);
    const collected = collector.step(action);
    reward.set(collected.reward, row);
    terminated.set(collected.terminated, row);
    truncated.set(collected.truncated, row);
    const isLast = bootstrap && t + 1 === numSteps;
    if (isLast || collected.episodes.some(end => end.truncated)) await explorer.value(collected.nextObs, following);
    for (let i = 0; i < numEnvs; i++) {
      // The value of what follows a step within an episode is that of the next row.
      if (t > 0 && !terminated[row - numEnvs + i] && !truncated[row - numEnvs + i]) nextValue[row - numEnvs + i] = value[row + i];
      nextValue[row + i] = !terminated[row + i] && (isLast || truncated[row + i]) ? following[i] : 0;
    }
    onStep(t, collected);
  }
}
