import * as tf from '@tensorflow/tfjs';
import type { Actor, EnvSpec } from '@zpin/contracts';
import { type InputShape, observationInput, type PolicyNetwork, program, type Store, uint8, unflattenParams } from '@zpin/core';

export interface GreedyActingOptions<Name extends string> {
  /** Named in programs. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly network: PolicyNetwork;
  readonly store: Store<Readonly<Record<Name, Float32Array>>>;
  /** Vectors of the store that the network is made of, in the order of its layout. */
  readonly vectors: readonly Name[];
}

/** Acts by a policy that is a pure function of the observation, the same in both modes. */
export function greedyActing<Name extends string>({
  algorithm,
  spec,
  network,
  store,
  vectors,
}: GreedyActingOptions<Name>): Actor & { dispose(): void } {
  const { observationSpace, actionSpace } = spec;
  const act = (mask: { mask?: InputShape }) =>
    program(store, {
      name: `${algorithm}.act`,
      inputs: { obs: observationInput(observationSpace), ...mask },
      run: (state, inputs) => {
        const parts = vectors.map(name => state[name] as tf.Tensor1D);
        const flat = parts.length === 1 ? parts[0] : tf.concat1d(parts);
        return { outputs: { action: network.act(unflattenParams(network.layout, flat), inputs.obs, inputs.mask) } };
      },
    });
  const plain = act({});
  const masked = act({ mask: uint8(['batch', actionSpace.type === 'discrete' ? actionSpace.n : 1]) });
  return {
    async act(obs, _mode, mask) {
      return (await (mask ? masked({ obs, mask }) : plain({ obs }))).outputs.action;
    },
    dispose() {
      plain.dispose();
      masked.dispose();
    },
  };
}
