import type { Actor, Policy } from '@zpin/contracts';
import type { Algorithm } from '../algorithm/algorithm.ts';
import { maskCheck } from '../learn/mask-check.ts';
import { unflattenParams } from '../nn/layout.ts';
import { observationInput } from '../nn/observation.ts';
import type { Engine } from '../program/engine.ts';
import { type InputShape, program, uint8 } from '../program/program.ts';
import { Store } from '../program/store.ts';
import { findPolicyNetwork } from './find-policy-network.ts';

/** A policy that acts and can no longer learn. Greedy in both modes. */
export interface PolicyActor extends Actor {
  readonly policy: Policy;
  /** Frees what the engine holds. */
  dispose(): void;
}

export interface PolicyActorOptions {
  /** Among which is the one that trained the policy. */
  readonly algorithms: readonly Algorithm[];
  readonly engine: Engine;
}

/**
 * Makes a policy act: on the engine it was trained on, bit for bit as the agent in mode `exploit`.
 * @throws CheckpointError when none of the algorithms trained the policy, or its weights do not fit
 */
export function policyActor(policy: Policy, { algorithms, engine }: PolicyActorOptions): PolicyActor {
  const network = findPolicyNetwork('policyActor', policy, algorithms);
  const { observationSpace, actionSpace } = policy.spec;
  const store = new Store(engine, { weights: policy.weights });
  const act = (mask: { mask?: InputShape }) =>
    program(store, {
      name: `${policy.algorithm}.policy`,
      inputs: { obs: observationInput(observationSpace), ...mask },
      run: ({ weights }, inputs) => ({
        outputs: { action: network.act(unflattenParams(network.layout, weights), inputs.obs, inputs.mask) },
      }),
    });
  const plain = act({});
  const checkMask = maskCheck(`the policy of ${policy.algorithm}`, policy.spec);
  const masked = act({ mask: uint8(['batch', actionSpace.type === 'discrete' ? actionSpace.n : 1]) });
  return {
    policy,
    spec: policy.spec,
    async act(obs, _mode, mask) {
      checkMask(obs, mask);
      const { outputs } = await (mask ? masked({ obs, mask }) : plain({ obs }));
      return outputs.action;
    },
    dispose() {
      plain.dispose();
      masked.dispose();
      store.dispose();
    },
  };
}
