import {
  type Actor,
  type Agent,
  type AgentState,
  type EnvSpec,
  type Policy,
  type StateValue,
  unnormalizedSpec,
} from '@zpin/contracts';
import type { Store } from '../program/store.ts';
import { maskCheck } from './mask-check.ts';
import type { ObservationNormalizer } from './observation-normalizer.ts';
import type { Memory } from './stateful.ts';

/** What holds something of an engine. */
export interface Disposable {
  dispose(): void;
}

/** How an agent acts, apart from how it learns. */
export interface Acting extends Actor, Disposable {
  /** What it remembers from step to step, by the names under which it is saved. */
  readonly memory?: Memory;
}

export interface AgentShellOptions<Config> {
  /** Name on the command line. */
  readonly algorithm: string;
  readonly config: Config;
  readonly spec: EnvSpec;
  /** Every vector that the agent learns. */
  readonly store: Store;
  /** How it acts; freed with the agent where it holds something. */
  readonly acting: Omit<Acting, 'dispose'> & Partial<Disposable>;
  /** What the agent remembers beside its vectors and its acting, by the names under which it is saved. */
  readonly memory?: Memory;
  /**
   * The greedy policy: vectors of the store that begin with its parameters, one behind the other, and how many of each belong to
   * it, all when omitted. Absent where the policy is no pure function of the present observation.
   */
  readonly policy?: { readonly vectors: readonly string[]; readonly size?: number };
  /** What brings observations to unit size before they are acted on and learned from; absent where nothing does. */
  readonly normalizer?: ObservationNormalizer;
  /** What is freed with the agent besides its store and its acting. */
  readonly programs: readonly Disposable[];
}

/** What every agent has around its update: acting, checkpoints, the policy to save or export, and the end. */
export function agentShell<Config>(options: AgentShellOptions<Config>): Agent<Config> {
  const { algorithm, config, spec, store, acting, policy, normalizer, programs } = options;
  const memory: Memory = { ...acting.memory, ...options.memory, ...statisticsOfWrappers(spec) };
  const checkMask = maskCheck(algorithm, spec);

  async function exported({ vectors, size }: NonNullable<typeof policy>): Promise<Policy> {
    const parts = await Promise.all(vectors.map(name => store.read(name)));
    const weights = parts.length === 1 ? parts[0].slice(0, size) : concatenated(parts);
    // Settings are plain JSON values: `parseConfig` let nothing else through.
    const plain = config as Readonly<Record<string, StateValue>>;
    return withWrappers({ algorithm, config: plain, spec, weights: normalizer ? normalizer.exportWith(weights) : weights });
  }

  return {
    algorithm,
    config,
    spec,
    act(obs, mode, mask, start, progress) {
      checkMask(obs, mask);
      return acting.act(obs, mode, mask, start, progress);
    },

    async state(): Promise<AgentState> {
      const remembered = Object.fromEntries(Object.entries(memory).map(([name, thing]) => [name, thing.state()]));
      return { vectors: await store.state(), ...remembered };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      for (const [name, thing] of Object.entries(memory)) thing.restore(state[name] as never);
    },

    cut() {
      for (const thing of Object.values(memory)) thing.cut?.();
    },

    ...(policy && { policy: () => exported(policy) }),

    dispose() {
      acting.dispose?.();
      for (const part of programs) part.dispose();
      store.dispose();
    },
  };
}

/** The statistics of wrappers that normalise observations: they are of what the agent learned from, and go with it. */
function statisticsOfWrappers({ normalizations }: EnvSpec): Memory {
  if (!normalizations) return {};
  const state = () => normalizations.map(one => one.state());
  const restore = (states: readonly AgentState[] = []) => {
    for (const [i, saved] of states.entries()) normalizations[i].restore(saved);
  };
  return { observationWrappers: { state, restore } };
}

/** The policy together with the wrappers that normalise its observations, on what these get: as `findPolicyNetwork` reads it. */
function withWrappers({ spec, weights, ...policy }: Policy): Policy {
  const { normalizations } = spec;
  if (!normalizations) return { ...policy, spec, weights };
  return {
    ...policy,
    spec: unnormalizedSpec(spec),
    weights: concatenated([weights, ...normalizations.map(one => one.weights()).reverse()]),
    observationClips: normalizations.map(({ clip }) => clip),
  };
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
