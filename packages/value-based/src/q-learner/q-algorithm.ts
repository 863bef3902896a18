import { type PolicyOptions, parseConfig, type ReplayAlgorithm } from '@zpin/core';
import { type QAgentMethod, qAgent, qRegime } from './q-agent.ts';
import type { QConfig } from './q-fields.ts';
import { greedyPolicy, type QNetwork, qNetwork } from './q-network.ts';

/** What is particular to an algorithm of this family. */
export interface QAlgorithmOptions<Config>
  extends Pick<ReplayAlgorithm<Config>, 'id' | 'title' | 'paper' | 'config' | 'presets' | 'samplesPerRow'> {
  /** Its network, `qNetwork` when omitted; `algorithm` is named in errors. @throws SpaceError unless actions are `Discrete` */
  network?(options: PolicyOptions<Config> & { readonly algorithm: string }): QNetwork;
  /** The two lines of its update, with what says how outputs become values where they are none. */
  update(config: Config): Pick<QAgentMethod<Config>, 'values' | 'target' | 'loss' | 'hasTargetNetwork'>;
  /** Priorities of its replay memory, which draws uniformly when omitted. */
  readonly priorities?: Parameters<typeof qRegime<Config & QConfig>>[0];
}

/**
 * An algorithm that acts ε-greedily, or by noise in its network, and learns from replay towards a target network, for `Discrete`
 * actions.
 */
export function qAlgorithm<Config extends QConfig>(options: QAlgorithmOptions<Config>): ReplayAlgorithm<Config> {
  const { id: algorithm, title, paper, config: schema, presets, network = qNetwork, update, priorities } = options;
  const { samplesPerRow } = options;
  const networkOf = (given: PolicyOptions<Config>) => network({ ...given, algorithm });
  return {
    ...{ id: algorithm, title, paper, config: schema, presets },
    ...(samplesPerRow && { samplesPerRow }),
    ...qRegime<Config>(priorities),
    create(given) {
      const config = parseConfig(schema, given.config, algorithm);
      const parts = { network: networkOf({ ...given, config }), ...update(config) };
      return qAgent(given, { algorithm, config, isPrioritized: priorities !== undefined, ...parts });
    },
    policy: given => greedyPolicy(networkOf(given), update(given.config).values),
  };
}
