import {
  type AgentState,
  describeSpace,
  type EnvSpec,
  flatDtype,
  flatSize,
  message,
  type NumericArray,
  type OffPolicyAgent,
  RunningStatistics,
  SpaceError,
} from '@zpin/contracts';
import { field, normalizedPolicy, type PolicyNetwork, type PolicyOptions, positive } from '@zpin/core';
import { z } from 'zod';

/** Settings of every algorithm whose observations can be normalised. */
export const normalizationFields = {
  normalizeObservations: field(z.boolean(), {
    default: false,
    meaning: 'give each number of the observations mean 0 and deviation 1, by all that were explored',
  }),
  observationClip: positive({
    default: 10,
    unit: 'standard deviations',
    meaning: 'largest absolute value of normalised observations',
  }),
};

export interface NormalizationConfig {
  readonly normalizeObservations: boolean;
  readonly observationClip: number;
}

/** Deviations below this count as this: a number that hardly varies carries no news worth blowing up (as in the code of the HER paper). */
const SMALLEST_DEVIATION = 0.01;

/**
 * The agent on normalised observations, where its settings say so. Each exploring step adds the observations that it acts on to the statistics:
 * the last observation of an episode, on which nobody acts, is not among them, nor is a goal in hindsight, so goals are normalised by those that
 * the environment set (OpenAI Baselines' HER counts goals in hindsight as well). Transitions are stored as they are, and normalised by the latest
 * statistics whenever they are drawn.
 * @throws SpaceError when observations that are not floats are to be normalised
 */
export function normalizedAgent<Config extends NormalizationConfig>(
  agent: OffPolicyAgent<Config>,
  { observationSpace, id }: EnvSpec,
): OffPolicyAgent<Config> {
  const { normalizeObservations, observationClip } = agent.config;
  if (!normalizeObservations) return agent;
  if (flatDtype(observationSpace) !== 'float32') {
    const expectation = `observations of ${id} must be floats to be normalised`;
    throw new SpaceError(
      message(agent.algorithm, expectation, describeSpace(observationSpace), 'Turn normalizeObservations off'),
    );
  }
  const size = flatSize(observationSpace);
  const statistics = new RunningStatistics(size);
  // Rounded to the precision of programs, so that an exported policy acts bit for bit as the agent does.
  const mean = new Float32Array(size);
  const scale = new Float32Array(size).fill(1);
  const rows = { act: new Float32Array(0), obs: new Float32Array(0), nextObs: new Float32Array(0) };

  const round = () => {
    for (let k = 0; k < size; k++) {
      mean[k] = statistics.mean[k];
      scale[k] = 1 / Math.max(SMALLEST_DEVIATION, Math.sqrt(statistics.variance(k)));
    }
  };
  const normalize = (given: NumericArray, name: keyof typeof rows): Float32Array => {
    if (rows[name].length !== given.length) rows[name] = new Float32Array(given.length);
    const out = rows[name];
    for (let offset = 0; offset < given.length; offset += size) {
      for (let k = 0; k < size; k++) {
        const value = Math.fround(given[offset + k] - mean[k]) * scale[k];
        out[offset + k] = Math.min(Math.max(value, -observationClip), observationClip);
      }
    }
    return out;
  };

  const { policy } = agent;
  return {
    ...agent,
    get priorities() {
      return agent.priorities;
    },
    act(obs, mode, mask, start) {
      if (mode === 'explore') {
        for (let offset = 0; offset < obs.length; offset += size) statistics.add(obs, offset);
        round();
      }
      return agent.act(normalize(obs, 'act'), mode, mask, start);
    },
    update(batch) {
      return agent.update({ ...batch, obs: normalize(batch.obs, 'obs'), nextObs: normalize(batch.nextObs, 'nextObs') });
    },
    async state(): Promise<AgentState> {
      return { ...(await agent.state()), observations: statistics.state() };
    },
    async restore(state) {
      await agent.restore(state);
      statistics.restore(state.observations as AgentState);
      round();
    },
    ...(policy && {
      async policy() {
        const inner = await policy();
        const weights = new Float32Array(inner.weights.length + 2 * size);
        weights.set(inner.weights);
        weights.set(mean, inner.weights.length);
        weights.set(scale, inner.weights.length + size);
        return { ...inner, weights };
      },
    }),
  };
}

/** The greedy policy of an agent that may be normalised. */
export function maybeNormalized(greedy: PolicyNetwork, { spec, config }: PolicyOptions<NormalizationConfig>): PolicyNetwork {
  if (!config.normalizeObservations) return greedy;
  return normalizedPolicy(greedy, flatSize(spec.observationSpace), config.observationClip);
}
