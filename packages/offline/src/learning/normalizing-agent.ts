import type { OfflineAgent } from '@zpin/contracts';
import {
  type BatchAgentOptions,
  batchAgent,
  normalizedPolicy,
  ObservationNormalizer,
  type PolicyNetwork,
  type PolicyOptions,
} from '@zpin/core';

interface NormalizingConfig {
  readonly normalizeObservations: boolean;
}

/** Largest absolute value of a normalised number: what the data hardly show does not blow up. */
const CLIP = 10;

/**
 * `batchAgent`, on observations brought to unit size by those of the data where its settings say so. What is played later changes
 * nothing of the statistics.
 * @throws SpaceError when observations that are not floats are to be normalised
 */
export function normalizingAgent<
  Config extends NormalizingConfig & { readonly batchSize: number },
  Noise extends string = never,
  Rate extends string = never,
>(options: BatchAgentOptions<Config, Noise, Rate>): OfflineAgent<Config> {
  const { algorithm, spec, config } = options;
  if (!config.normalizeObservations) return batchAgent(options);
  // A deviation of 0 must not divide: Fujimoto and Gu 2021, section 5, add 10⁻³.
  const normalizer = new ObservationNormalizer(algorithm, spec, { clip: CLIP, smallestDeviation: 1e-3, epsilon: 0 });
  const agent = batchAgent({ ...options, normalizer });
  return {
    ...agent,
    // An agent that explores learns from what it sees.
    act: (obs, _mode, mask, start, progress) => agent.act(obs, 'exploit', mask, start, progress),
    observe: obs => normalizer.add(obs),
  };
}

/** The greedy policy of such an agent. */
export function onNormalized(greedy: PolicyNetwork, { spec, config }: PolicyOptions<NormalizingConfig>): PolicyNetwork {
  return config.normalizeObservations ? normalizedPolicy(greedy, spec.observationSpace, CLIP) : greedy;
}
