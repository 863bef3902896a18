import {
  flatSize,
  type MaybePromise,
  type Metrics,
  type NumericArray,
  type OnPolicyAgent,
  type Rng,
  type Rollout,
  shareDone,
} from '@zpin/contracts';
import {
  type Acting,
  type AgentShellOptions,
  agentShell,
  type Disposable,
  type Memory,
  maskCheck,
  type RolloutAlgorithm,
  Scratch,
  type TrainOptions,
  trainOnPolicy,
  type VectorTree,
} from '@zpin/core';
import { EpisodeMemory } from './episode-memory.ts';
import { greedyPolicy } from './networks.ts';
import type { Normalizer } from './normalizer.ts';
import { type PolicyProgramsOptions, policyPrograms } from './policy-programs.ts';

/** The settings that every algorithm has. */
interface SharedConfig {
  readonly numEnvs: number;
  readonly rolloutLength: number;
}

/** Settings of the greedy policy. */
type PolicyConfig = Parameters<typeof greedyPolicy>[2];

/** What one algorithm adds to what all of them share. */
export interface RolloutAgentOptions<Config, S extends VectorTree> extends PolicyProgramsOptions<S> {
  readonly config: Config;
  /** The greedy policy, as `agentShell` exports it; absent where there is none that needs no memory. */
  readonly policy?: NonNullable<AgentShellOptions<Config>['policy']>;
  readonly actionRng: Rng;
  /** What it remembers beside its vectors and its acting, by the names under which it is saved. */
  readonly memory?: Memory;
  /** What brings observations and rewards to unit size; nothing does when omitted. */
  readonly normalizer?: Normalizer;
  /** Programs of the algorithm, to be freed with the agent. */
  readonly programs: readonly Disposable[];
  /**
   * Learns from a rollout, of normalised observations and rewards where these are normalised.
   * @param share of the run that is done, in [0, 1], for schedules
   * @param signal to give up, where that takes long: its reason is thrown
   */
  update(rollout: Rollout, share: number, signal?: AbortSignal): MaybePromise<Metrics>;
}

/** An agent that learns from rollouts. */
export interface RolloutAgent<Config> extends OnPolicyAgent<Config> {
  /** Draws what the actions of N observations are sampled from, `[N, noiseSize]`: the next numbers that `explore` would draw. */
  drawNoise(observations: number): Float32Array;
}

/**
 * An agent that samples from its policy and knows the value, with a memory of the episode or without: acting, saving and freeing,
 * around the update of an algorithm.
 */
export function rolloutAgent<Config extends SharedConfig, S extends VectorTree>(
  options: RolloutAgentOptions<Config, S>,
): RolloutAgent<Config> {
  const { config, network, update, normalizer, ...rest } = options;
  const { memorySize } = network;
  const player = policyActing(options);
  const checkMask = maskCheck(options.algorithm, options.spec);
  const shell = agentShell({
    ...rest,
    config,
    acting: player,
    memory: { ...options.memory, ...(normalizer?.isActive && { normalizer }) },
    ...(normalizer?.observations && { normalizer: normalizer.observations }),
  });
  return {
    ...shell,
    numEnvs: config.numEnvs,
    rolloutLength: config.rolloutLength,
    ...(memorySize > 0 && { memorySize }),
    ...(network.head.warning && { warnings: [network.head.warning] }),
    explore(obs, logProb, value, mask, recurrence) {
      checkMask(obs, mask);
      return player.explore(obs, logProb, value, mask, recurrence);
    },
    value: player.value,
    drawNoise: player.drawNoise,

    async update(rollout, progress) {
      const metrics = await update(normalizer?.normalizeRollout(rollout) ?? rollout, shareDone(progress), progress.signal);
      normalizer?.learn(rollout.obs);
      return { metrics };
    },
  };
}

/** Samples in mode `explore`, takes the most probable action in mode `exploit`, and judges. */
function policyActing<Config, S extends VectorTree>(options: RolloutAgentOptions<Config, S>) {
  const { spec, network, actionRng, normalizer } = options;
  const { head, memorySize } = network;
  const programs = policyPrograms(options);
  const obsSize = flatSize(spec.observationSpace);
  const normalized = (obs: NumericArray) => normalizer?.normalize(obs) ?? obs;
  const scratch = new Scratch();
  const training = new EpisodeMemory(memorySize);
  // Evaluation must not touch the episodes of training.
  const evaluation = new EpisodeMemory(memorySize);
  const drawNoise = (noise: Float32Array<ArrayBuffer>) => head.drawNoise(actionRng, noise);

  async function sample(obs: NumericArray, memory: Float32Array, mask: Uint8Array | undefined) {
    const noise = drawNoise(scratch.of((obs.length / obsSize) * head.noiseSize));
    const { outputs } = await programs.explore.for(mask)({ obs: normalized(obs), noise, memory, ...(mask && { mask }) });
    if (memorySize > 0) training.set(outputs.memory);
    return outputs;
  }

  return {
    memory: { actionRng, ...(memorySize > 0 && { memory: training }) },

    async act(obs, mode, mask, start) {
      const episodes = obs.length / obsSize;
      if (mode === 'explore') return (await sample(obs, training.before(episodes, start), mask)).action;
      const memory = evaluation.before(episodes, start);
      const { outputs } = await programs.exploit.for(mask)({ obs: normalized(obs), memory, ...(mask && { mask }) });
      if (memorySize > 0) evaluation.set(outputs.memory);
      return outputs.action;
    },

    async explore(obs, logProb, value, mask, recurrence) {
      const memory = training.before(obs.length / obsSize, recurrence?.start);
      recurrence?.memory.set(memory);
      const outputs = await sample(obs, memory, mask);
      logProb.set(outputs.logProb);
      value.set(outputs.value);
      return outputs.action;
    },

    async value(obs, value) {
      const memory = training.peek(obs.length / obsSize);
      value.set((await programs.value({ obs: normalized(obs), memory })).outputs.value);
    },

    drawNoise: (observations: number) => drawNoise(new Float32Array(observations * head.noiseSize)),
    dispose: () => programs.dispose(),
  } satisfies Acting & Pick<RolloutAgent<Config>, 'explore' | 'value' | 'drawNoise'>;
}

/** What algorithms that learn from rollouts have in common, as their descriptors say it. */
export function rolloutRegime<Config extends SharedConfig>() {
  return {
    learnsFrom: 'rollouts',
    spaces: { actions: ['discrete', 'multiDiscrete', 'multiBinary', 'box', 'dict', 'tuple'] },
    copies: ({ numEnvs }: Config) => numEnvs,
    train: (options: TrainOptions<OnPolicyAgent<Config>>) => trainOnPolicy(options),
  } as const satisfies Partial<RolloutAlgorithm<Config>>;
}

/** What is particular to an algorithm whose policy needs no memory. */
type Descriptor<Config> = Pick<RolloutAlgorithm<Config>, 'id' | 'title' | 'paper' | 'config' | 'presets' | 'create'>;

/** The descriptor of an algorithm that learns from rollouts by `trainOnPolicy`, with networks of `actorCritic`. */
export function rolloutAlgorithm<Config extends SharedConfig & PolicyConfig>(
  descriptor: Descriptor<Config>,
): RolloutAlgorithm<Config> {
  const policy: RolloutAlgorithm<Config>['policy'] = ({ spec, config }) => greedyPolicy(descriptor.id, spec, config);
  return { ...descriptor, ...rolloutRegime<Config>(), policy };
}
