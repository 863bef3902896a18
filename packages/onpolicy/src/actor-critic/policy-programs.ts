import type * as tf from '@tensorflow/tfjs-core';
import type { EnvSpec } from '@zpin/contracts';
import {
  type Disposable,
  type InputShape,
  type MaskedProgram,
  maskedProgram,
  observationInput,
  type Params,
  type Program,
  program,
  type StateTensors,
  type Store,
  type VectorTree,
} from '@zpin/core';
import type { Player } from './networks.ts';

/** Inputs of acting. `memory` is of those that remember. */
type Inputs<Name extends string> = Readonly<Record<Name | 'obs', InputShape>> & { readonly memory?: InputShape };

/** What a player computes, compiled. The outputs are reused by the next call. */
export interface PolicyPrograms extends Disposable {
  /** Samples actions by noise `[N, noiseSize]`. */
  readonly explore: MaskedProgram<Program<Inputs<'noise'> & { mask?: InputShape }, 'action' | 'logProb' | 'value' | 'memory'>>;
  /** Takes the most probable actions. */
  readonly exploit: MaskedProgram<Program<Inputs<never> & { mask?: InputShape }, 'action' | 'memory'>>;
  /** V(obs) */
  readonly value: Program<Inputs<never>, 'value'>;
}

export interface PolicyProgramsOptions<S extends VectorTree> {
  /** Named in programs. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly network: Player;
  readonly store: Store<S>;
  /** Cuts the parameters of policy and value out of the vectors of the store. */
  params(state: StateTensors<S>): Params;
}

/** Compiles a player over the vectors of a store: for agents, and for workers that follow one. */
export function policyPrograms<S extends VectorTree>(options: PolicyProgramsOptions<S>): PolicyPrograms {
  const { algorithm, spec, network, store, params } = options;
  const { head, memorySize } = network;
  const inputs: Inputs<never> = {
    obs: observationInput(spec.observationSpace),
    ...(memorySize > 0 && { memory: ['batch', memorySize] }),
  };
  const explore: PolicyPrograms['explore'] = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: `${algorithm}.explore`,
      inputs: { ...inputs, noise: head.noise, ...mask },
      run: (state, { obs, noise, mask, memory }) => {
        const { distribution, value, ...next } = network.step(params(state), obs, mask, memory);
        const action = distribution.sample(noise);
        return { outputs: { action, logProb: distribution.logProb(action), value, ...(next as Remembered) } };
      },
    }),
  );
  const exploit: PolicyPrograms['exploit'] = maskedProgram(head.maskSize, mask =>
    program(store, {
      name: `${algorithm}.exploit`,
      inputs: { ...inputs, ...mask },
      run: (state, { obs, mask, memory }) => {
        const { action, ...next } = network.best(params(state), obs, mask, memory);
        return { outputs: { action, ...(next as Remembered) } };
      },
    }),
  );
  const value: PolicyPrograms['value'] = program(store, {
    name: `${algorithm}.value`,
    inputs,
    run: (state, { obs, memory }) => ({ outputs: { value: network.value(params(state), obs, memory) } }),
  });
  return {
    explore,
    exploit,
    value,
    dispose() {
      for (const each of [explore, exploit, value]) each.dispose();
    },
  };
}

/** Whoever has no memory gives none and asks for none. */
type Remembered = { readonly memory: tf.Tensor };
