import type { MeanMetrics, VectorTree } from '@zpin/core';
import { onAdvantages, type RolloutColumns } from '../rollout/advantages.ts';
import { type RolloutAgent, type RolloutAgentOptions, rolloutAgent } from './rollout-agent.ts';
import { type ValueFitOptions, valueFit } from './value-fit.ts';

/** What algorithms have in common that fit their value apart from their policy. */
type FittedConfig = ValueFitOptions['config'] & {
  readonly numEnvs: number;
  readonly rolloutLength: number;
  readonly gamma: number;
  readonly lambda: number;
};

export interface FittedValueAgentOptions<Config extends FittedConfig, S extends VectorTree>
  extends Omit<RolloutAgentOptions<Config, S>, 'memory' | 'store' | 'update'>,
    Pick<ValueFitOptions, 'learner' | 'shuffleRng'> {
  readonly store: RolloutAgentOptions<Config, S>['store'] & ValueFitOptions['store'];
  /** One step of the policy on the columns of a rollout, which adds its metrics. @param share of the run that is done */
  climb(columns: RolloutColumns, share: number, metrics: MeanMetrics): Promise<void>;
}

/** An agent that learns from each rollout in two parts: its policy takes one step, then its value is fitted to the returns. */
export function fittedValueAgent<Config extends FittedConfig, S extends VectorTree>(
  options: FittedValueAgentOptions<Config, S>,
): RolloutAgent<Config> {
  const { config, learner, shuffleRng, climb, ...rest } = options;
  const value = valueFit({ ...rest, config, learner, shuffleRng });
  return rolloutAgent({
    ...rest,
    config,
    memory: { shuffleRng },
    programs: [...rest.programs, value],
    update: onAdvantages(config, async (columns, share, metrics, _rollout, signal) => {
      await climb(columns, share, metrics);
      return value.fit(columns, share, metrics, signal);
    }),
  });
}
