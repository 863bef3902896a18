import type { Metrics, NumericArray, Rollout } from '@zpin/contracts';
import { gae, MeanMetrics, Scratch } from '@zpin/core';
import { explainedVariance } from './explained-variance.ts';

/** A rollout as updates learn from it: a row for each step of each environment. Valid until the next rollout. */
export type RolloutColumns = {
  /** `[T, N, D]` */
  readonly obs: NumericArray;
  /** `[T, N]` or `[T, N, K]` */
  readonly action: NumericArray;
  /** `[T, N]`: log π(a|s) when the step was taken. */
  readonly oldLogProb: Float32Array;
  /** `[T, N]`: V(s) when the step was taken. */
  readonly oldValue: Float32Array;
  /** `[T, N]` */
  readonly advantage: Float32Array;
  /** `[T, N]`: what the value should have been, advantage + value. */
  readonly valueTarget: Float32Array;
  /** `[T, N, A]`, present when the environment masks actions. */
  readonly mask?: Uint8Array;
};

/** Columns of rollouts, with advantages by GAE(λ) (Schulman et al. 2016, arXiv:1506.02438, eq. 16); the arrays are reused. */
export function advantages(gamma: number, lambda: number): (rollout: Rollout) => RolloutColumns {
  const [advantages, targets] = [new Scratch(), new Scratch()];
  return rollout => {
    const { obs, action, logProb: oldLogProb, value: oldValue, actionMask: mask } = rollout;
    const [advantage, valueTarget] = [advantages.of(oldValue.length), targets.of(oldValue.length)];
    gae(rollout, gamma, lambda, advantage);
    for (let i = 0; i < advantage.length; i++) valueTarget[i] = advantage[i] + oldValue[i];
    return { obs, action, oldLogProb, oldValue, advantage, valueTarget, ...(mask && { mask }) };
  };
}

/**
 * Learns from the columns of one rollout, adds its metrics, and returns the step size to report. Throws the reason of the signal
 * where that comes first.
 */
export type LearnFromAdvantages = (
  columns: RolloutColumns,
  share: number,
  metrics: MeanMetrics,
  rollout: Rollout,
  signal?: AbortSignal,
) => Promise<number>;

/**
 * An update on advantages by GAE(λ). Beside what `learn` tells it tells how much of the targets the old value had explained.
 * @returns an update for `rolloutAgent`
 */
export function onAdvantages(
  { gamma, lambda }: { readonly gamma: number; readonly lambda: number },
  learn: LearnFromAdvantages,
): (rollout: Rollout, share: number, signal?: AbortSignal) => Promise<Metrics> {
  const columnsOf = advantages(gamma, lambda);
  return async (rollout, share, signal) => {
    const columns = columnsOf(rollout);
    const metrics = new MeanMetrics();
    const learningRate = await learn(columns, share, metrics, rollout, signal);
    metrics.add({ explainedVariance: explainedVariance(columns.oldValue, columns.valueTarget), learningRate });
    return metrics;
  };
}
