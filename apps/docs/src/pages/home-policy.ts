import { parseConfig } from '@zpin/core';
import { listPolicies, pretrainedPolicy } from '@zpin/policies';
import { dqn } from '@zpin/value-based';
import type { PlainNetwork } from '../live/plain-policy.ts';

/** The agent that plays on the first page. */
const id = 'dqn/LunarLander-v3';

/** Where the site serves its network. */
export const homePolicyFile = 'agents/lunar-lander.bin';

/** The network of the agent that plays on the first page. @throws Error when it is more than dense layers */
export async function homePolicy(): Promise<PlainNetwork> {
  const { policy } = await pretrainedPolicy(id);
  const network = dqn.policy?.({ spec: policy.spec, config: parseConfig(dqn.config, policy.config, dqn.id) });
  const entries = network?.layout.entries ?? [];
  const weights = entries.filter(({ shape }) => shape.length === 2);
  if (weights.length === 0 || entries.length !== 2 * weights.length || policy.observationClips)
    throw new Error(`homePolicy: the network must be of dense layers alone, got ${entries.map(({ name }) => name)}.`);
  return { sizes: [weights[0].shape[0], ...weights.map(({ shape }) => shape[1])], weights: policy.weights };
}

/** What the first page says about it. */
export function homePolicyInfo(): { readonly steps: number; readonly meanReturn: number } {
  const info = listPolicies().find(known => known.id === id);
  if (!info) throw new Error(`homePolicyInfo: the policy must be one of @zpin/policies, got ${id}.`);
  return info;
}
