import * as tf from '@tensorflow/tfjs-core';
import type { EnvSpec } from '@zpin/contracts';
import {
  type Acting,
  maskedProgram,
  observationInput,
  type PolicyNetwork,
  program,
  type Store,
  unflattenParams,
} from '@zpin/core';

export interface PolicyActingOptions<Name extends string> {
  /** Named in programs. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly network: PolicyNetwork;
  readonly store: Store<Readonly<Record<Name, Float32Array>>>;
  /** Vectors of the store that the network is made of, in the order of its layout. */
  readonly vectors: readonly Name[];
}

/** Acts by a policy that is a pure function of the observation, the same in both modes. */
export function policyActing<Name extends string>(options: PolicyActingOptions<Name>): Acting {
  const { algorithm, spec, network, store, vectors } = options;
  const { observationSpace, actionSpace } = spec;
  const choice = maskedProgram(actionSpace.type === 'discrete' ? actionSpace.n : 0, mask =>
    program(store, {
      name: `${algorithm}.act`,
      inputs: { obs: observationInput(observationSpace), ...mask },
      run: (state, { obs, mask }) => {
        const parts = vectors.map(name => state[name] as tf.Tensor1D);
        const flat = parts.length === 1 ? parts[0] : tf.concat1d(parts);
        return { outputs: { action: network.act(unflattenParams(network.layout, flat), obs, mask) } };
      },
    }),
  );
  return {
    act: async (obs, _mode, mask) => (await choice.for(mask)({ obs, ...(mask && { mask }) })).outputs.action,
    dispose: () => choice.dispose(),
  };
}
