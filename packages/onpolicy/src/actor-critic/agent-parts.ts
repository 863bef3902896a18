import type * as tf from '@tensorflow/tfjs-core';
import { Rng, type ValuesOf } from '@zpin/contracts';
import { type CreateOptions, parseConfig, unflattenParams, type z } from '@zpin/core';
import type { jointPolicyFields, rolloutFields, separatePolicyFields } from './fields.ts';
import { type ActorCritic, actorCritic, separateActorCritic } from './networks.ts';
import { Normalizer } from './normalizer.ts';
import { rolloutInputs } from './rollout-inputs.ts';

type RolloutConfig = Readonly<ValuesOf<ReturnType<typeof rolloutFields>>>;
type JointConfig = RolloutConfig & Readonly<ValuesOf<typeof jointPolicyFields>>;
type SeparateConfig = RolloutConfig & Readonly<ValuesOf<typeof separatePolicyFields>>;

/**
 * What agents are put together from whose policy and value are one vector, `parameters`. `shell` is for `rolloutAgent`.
 * @throws ConfigError when a setting is unknown or out of range
 * @throws SpaceError for action spaces that no policy fits
 */
export function jointParts<Config extends JointConfig>(
  algorithm: string,
  schema: z.ZodType<Config>,
  options: CreateOptions<Config>,
) {
  const config = parseConfig(schema, options.config, algorithm);
  const network = actorCritic(algorithm, options.spec, config);
  const params = ({ parameters }: { readonly parameters: tf.Tensor1D }) => unflattenParams(network.layout, parameters);
  return parts({ algorithm, config, network, policyVector: 'parameters', params, options });
}

/**
 * What agents are put together from whose policy and value are two vectors, `policy` and `value`. `shell` is for `rolloutAgent`.
 * @throws ConfigError when a setting is unknown or out of range
 * @throws SpaceError for action spaces that no policy fits
 */
export function separateParts<Config extends SeparateConfig>(
  algorithm: string,
  schema: z.ZodType<Config>,
  options: CreateOptions<Config>,
) {
  const config = parseConfig(schema, options.config, algorithm);
  const network = separateActorCritic(algorithm, options.spec, config);
  return parts({ algorithm, config, network, policyVector: 'policy', params: network.separate.params, options });
}

interface PartsOptions<Config, Network, Params> {
  readonly algorithm: string;
  readonly config: Config;
  readonly network: Network;
  /** Begins with the parameters of the greedy policy. */
  readonly policyVector: string;
  readonly params: Params;
  readonly options: CreateOptions<Config>;
}

function parts<Config extends SeparateConfig | JointConfig, Network extends ActorCritic, Params>({
  algorithm,
  config,
  network,
  policyVector,
  params,
  options: { spec, seed },
}: PartsOptions<Config, Network, Params>) {
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const policy = { vectors: [policyVector], size: network.greedy.layout.size };
  const normalizer = new Normalizer(algorithm, spec, config);
  const shell = { algorithm, spec, config, network, params, policy, actionRng, normalizer };
  return { config, network, inputs: rolloutInputs(spec, network.head), initRng, shuffleRng, shell };
}
