import { CheckpointError, message, type Policy } from '@zpin/contracts';
import type { Algorithm } from '../algorithm/algorithm.ts';
import { parseConfig } from '../config/parse-config.ts';
import type { PolicyNetwork } from '../nn/policy-network.ts';

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
  const network = algorithm.policy({ spec: policy.spec, config: parseConfig(algorithm.config, policy.config, algorithm.id) });
  if (network.layout.size !== policy.weights.length) {
    const expectation = `the policy must have ${network.layout.size} weights`;
    throw new CheckpointError(message(where, expectation, policy.weights.length, 'Use the configuration it was trained with'));
  }
  return network;
}
