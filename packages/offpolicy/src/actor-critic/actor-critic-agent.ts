import type { EnvSpec, OffPolicyAgent, ReplayPlan } from '@zpin/contracts';
import {
  type BatchAgentOptions,
  normalizedPolicy,
  ObservationNormalizer,
  type PolicyNetwork,
  type PolicyOptions,
  parseConfig,
  type ReplayAlgorithm,
  type ReplayTrainOptions,
  replayAgent,
  trainOffPolicy,
  type z,
} from '@zpin/core';
import { checkMemory, prioritiesOf, replayOf } from '@zpin/replay';
import type { ActorCriticConfig } from './actor-critic-fields.ts';

/**
 * The settings of an agent, checked, defaults filled in.
 * @param algorithm named in errors
 * @throws ConfigError when a setting is unknown or out of range, or the replay memory would not fit into a machine
 */
export function checkedConfig<Config extends ActorCriticConfig>(
  algorithm: string,
  schema: z.ZodType<Config>,
  { spec, config: given }: { readonly spec: EnvSpec; readonly config?: Partial<Config> },
): Config {
  const config = parseConfig(schema, given ?? {}, algorithm);
  checkMemory(algorithm, { ...spec, capacity: config.bufferSize }, 'bufferSize');
  return config;
}

/**
 * The agent around an update: `replayAgent`, on normalised observations where its settings say so. Transitions are stored as they
 * are, and normalised by the latest statistics whenever they are drawn.
 * @throws SpaceError when observations that are not floats are to be normalised
 */
export function actorCriticAgent<Config extends ActorCriticConfig, Noise extends string = never, Rate extends string = never>(
  options: BatchAgentOptions<Config, Noise, Rate>,
): OffPolicyAgent<Config> {
  const { algorithm, spec, config } = options;
  const { normalizeObservations, observationClip: clip, smallestDeviation } = config;
  if (!normalizeObservations) return replayAgent(options);
  const normalizer = new ObservationNormalizer(algorithm, spec, { clip, smallestDeviation, epsilon: 0 });
  return replayAgent({ ...options, normalizer });
}

/** The greedy policy of an agent whose observations may be normalised. */
function greedyPolicy(greedy: PolicyNetwork, { spec, config }: PolicyOptions<ActorCriticConfig>): PolicyNetwork {
  if (!config.normalizeObservations) return greedy;
  return normalizedPolicy(greedy, spec.observationSpace, config.observationClip);
}

/** The memory that the settings ask for. */
function replayPlan(config: ActorCriticConfig): ReplayPlan {
  const { bufferSize: capacity, gamma, nSteps } = config;
  return { capacity, gamma, nSteps, priorities: config.prioritizedReplay ? prioritiesOf(config) : null };
}

/** What actor-critics on replay memories have in common, as their descriptors say it. */
const actorCriticRegime = {
  learnsFrom: 'replay',
  spaces: { actions: ['box'] },
  copies: ({ numEnvs }: ActorCriticConfig) => numEnvs,
  replay: replayPlan,
  train: <Config extends ActorCriticConfig>(options: ReplayTrainOptions<OffPolicyAgent<Config>>) =>
    trainOffPolicy({ ...options, replay: replayOf(options, replayPlan(options.agent.config)) }),
} as const;

/** What is particular to an actor-critic on a replay memory. */
interface Descriptor<Config>
  extends Pick<ReplayAlgorithm<Config>, 'id' | 'title' | 'paper' | 'config' | 'presets' | 'create'>,
    Partial<Pick<ReplayAlgorithm<Config>, 'spaces'>> {
  /** Its greedy policy, on normalised observations where its settings say so. */
  greedy(options: PolicyOptions<Config>): PolicyNetwork;
}

/** The descriptor of an actor-critic that learns from a replay memory; for `Box` actions where no other spaces are given. */
export function actorCriticAlgorithm<Config extends ActorCriticConfig>({
  greedy,
  ...descriptor
}: Descriptor<Config>): ReplayAlgorithm<Config> {
  return { ...actorCriticRegime, ...descriptor, policy: options => greedyPolicy(greedy(options), options) };
}
