import { parseConfig, type StepAlgorithm } from '@zpin/core';
import { type TabularAgent, type TabularRule, tabularAgent, tabularPolicy } from './tabular-agent.ts';
import type { TabularConfig } from './tabular-fields.ts';
import type { Traces } from './trace-memory.ts';
import { trainTabular } from './train-tabular.ts';

/** What is particular to an algorithm on a table. */
export interface TabularAlgorithmOptions<Config>
  extends Pick<StepAlgorithm<Config>, 'id' | 'title' | 'paper' | 'config' | 'presets'>,
    Pick<TabularRule<Config>, 'nextValue'> {
  /** Traces that its settings ask for; none when omitted. */
  traces?(config: Config): Traces;
}

/** An algorithm that learns a table from each step as it comes, for `Discrete` observations and actions. */
export function tabularAlgorithm<Config extends TabularConfig>(
  options: TabularAlgorithmOptions<Config>,
): StepAlgorithm<Config, TabularAgent<Config>> {
  const { id: algorithm, title, paper, config: schema, presets, nextValue, traces } = options;
  return {
    ...{ id: algorithm, title, paper, config: schema, presets },
    learnsFrom: 'steps',
    spaces: { actions: ['discrete'], observations: ['discrete'] },
    copies: ({ numEnvs }) => numEnvs,
    create(given) {
      const config = parseConfig(schema, given.config, algorithm);
      return tabularAgent(given, { algorithm, config, nextValue, ...(traces && { traces: traces(config) }) });
    },
    policy: given => tabularPolicy(given, algorithm),
    train: trainTabular,
  };
}
