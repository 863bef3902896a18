import { CheckpointError, type EnvSpec, message, normalizedSpace, type Policy } from '@zpin/contracts';
import type { Algorithm } from '../algorithm/algorithm.ts';
import { parseConfig } from '../config/parse-config.ts';
import type { PolicyNetwork } from '../nn/policy-network.ts';
import { normalizedPolicy } from './normalized-policy.ts';

/**
 * The function that a policy's weights belong to.
 * @param where function named in errors
 * @param algorithms among which is the one that trained the policy
 * @throws CheckpointError when none of them did, or the weights do not fit
 * @throws ConfigError when the configuration is not one of the algorithm
 */
export function findPolicyNetwork(where: string, policy: Policy, algorithms: readonly Algorithm[]): PolicyNetwork {
  const algorithm = algorithms.find(({ id }) => id === policy.algorithm);
  if (!algorithm?.policy) {
    const known = algorithms.filter(({ policy: network }) => network).map(({ id }) => id);
    const expectation = `the policy must be of one of the algorithms ${known.join(', ')}`;
    throw new CheckpointError(message(where, expectation, policy.algorithm, 'Pass the algorithm that trained it'));
  }
  const config = parseConfig(algorithm.config, policy.config, algorithm.id);
  const network = behindWrappers(policy, spec => algorithm.policy?.({ spec, config }) as PolicyNetwork);
  if (network.layout.size !== policy.weights.length) {
    const expectation = `the policy must have ${network.layout.size} weights`;
    throw new CheckpointError(message(where, expectation, policy.weights.length, 'Use the configuration it was trained with'));
  }
  return network;
}

/**
 * The network of a policy, on observations as they are in front of the wrappers that normalise them: their statistics lie behind
 * its own weights, those of the outermost first.
 */
function behindWrappers({ spec, observationClips = [] }: Policy, networkOf: (spec: EnvSpec) => PolicyNetwork): PolicyNetwork {
  const spaces = [spec.observationSpace];
  for (const [i, clip] of observationClips.entries()) spaces.push(normalizedSpace(spaces[i], clip));
  const inner = networkOf({ ...spec, observationSpace: spaces[observationClips.length] });
  return observationClips.reduceRight((network, clip, i) => normalizedPolicy(network, spaces[i], clip, `wrappers/${i}`), inner);
}
