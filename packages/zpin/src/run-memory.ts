import {
  ConfigError,
  type EnvSpec,
  flatDtype,
  flatSize,
  type MaybePromise,
  message,
  type Space,
  type StateValue,
} from '@zpin/contracts';
import { type AnyAlgorithm, describeConfig } from '@zpin/core';
import { transitionBytes } from '@zpin/replay';
import type { MessageNames } from './message-names.ts';
import { EVALUATION_COPIES } from './run-defaults.ts';
import type { RunDescription } from './run-description.ts';

/** Bytes of the parts of a run. */
export interface RunMemory {
  /** Weights, their gradients, and what optimisers keep. */
  readonly agent: number;
  readonly replay: number;
  /** The steps that an on-policy algorithm learns from at once. */
  readonly rollout: number;
  /** What one update computes with: rows of a batch, and what every layer makes of them. */
  readonly update: number;
  readonly environments: number;
}

export interface RunMemoryOptions {
  readonly algorithm: AnyAlgorithm;
  readonly config: RunDescription['config'];
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  readonly hasActionMask: boolean;
  /** Bytes of the arrays that the agent saves. */
  readonly agentBytes: number;
}

const NUMBER_BYTES = { float32: 4, int32: 4, uint8: 1 };
/** The arrays of a step: observations before, after, of ends, in two steps; and those that the copies keep themselves. */
const ROWS_PER_COPY = 8;
/** Beside its arrays a copy takes some: its generator, its objects. */
const COPY_BYTES = 4096;
/** Of each number that a layer gives: itself, its gradient, and what its operations keep in between. */
const COPIES_OF_LAYER = 3;

/** What a run will take, by what its settings ask for, before anything of it is made. */
export function estimateMemory(options: RunMemoryOptions): RunMemory {
  const { algorithm, config, spec, numEnvs, hasActionMask, agentBytes } = options;
  const { observationSpace, actionSpace } = spec;
  const obs = rowBytes(observationSpace);
  const steps = algorithm.learnsFrom === 'rollouts' ? countOf(config.rolloutLength) * numEnvs : 0;
  const maskBytes = hasActionMask && actionSpace.type === 'discrete' ? actionSpace.n : 0;
  // Reward, log-probability, value, the value of what follows, and advantage and target made of them; two flags.
  const rolloutRow = obs + rowBytes(actionSpace) + maskBytes + 6 * NUMBER_BYTES.float32 + 2;
  const plan = algorithm.learnsFrom === 'replay' ? algorithm.replay(config) : null;
  const kept = {
    ...spec,
    hasActionMask,
    isPrioritized: plan?.priorities != null,
    keepsLargest: plan?.priorities?.newPriority === 'largest-stored',
  };
  const batch = countOf(config.batchSize);
  // Without a setting of its own, a rollout is one batch.
  const rows = batch === 0 ? steps : steps === 0 ? batch : Math.min(batch, steps);
  const samples = algorithm.samplesPerRow?.(config) ?? 1;
  const layers = samples * (layerSizes(algorithm, config) + samples) * NUMBER_BYTES.float32 * COPIES_OF_LAYER;
  return {
    agent: 2 * agentBytes,
    replay: (plan?.capacity ?? 0) * transitionBytes(kept),
    rollout: steps * rolloutRow,
    update: rows * (2 * flatSize(observationSpace) * NUMBER_BYTES.float32 + rowBytes(actionSpace) + layers),
    environments: (numEnvs + EVALUATION_COPIES) * (ROWS_PER_COPY * obs + COPY_BYTES),
  };
}

/** @throws ConfigError naming every part, when together they take more than there is */
export function checkRunMemory(memory: RunMemory, most: number, { where, setting }: MessageNames): void {
  const total = Object.values(memory).reduce((sum, bytes) => sum + bytes, 0);
  if (total <= most) return;
  const parts = Object.entries(memory).sort(([, a], [, b]) => b - a);
  const told = parts.flatMap(([name, bytes]) =>
    bytes > total / 1000 ? [`${gibibytes(bytes)} for ${WORDS[name as keyof RunMemory]}`] : [],
  );
  const lower = LOWER[parts[0][0] as keyof RunMemory].map(setting).join(' or ');
  const expectation = `the run must fit in the memory of this machine, ${gibibytes(most)}`;
  throw new ConfigError(message(where, expectation, `${gibibytes(total)}: ${told.join(', ')}`, `Lower ${lower}`));
}

const WORDS: Readonly<Record<keyof RunMemory, string>> = {
  agent: 'the agent',
  replay: 'the replay memory',
  rollout: 'the rollout',
  update: 'an update',
  environments: 'environments',
};

/** The settings that each part grows with. */
const LOWER: Readonly<Record<keyof RunMemory, readonly string[]>> = {
  agent: ['hiddenSizes'],
  replay: ['bufferSize'],
  rollout: ['rolloutLength', 'numEnvs'],
  update: ['batchSize', 'hiddenSizes'],
  environments: ['numEnvs'],
};

/** Makes a part of a run. @throws ConfigError where it asks for arrays that no engine can make */
export async function fitting<T>(where: string, make: () => MaybePromise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const remedy = 'Lower the sizes that the settings and wrappers give';
    const expectation = 'what the settings ask for must fit in memory';
    throw new ConfigError(message(where, expectation, error.message, remedy), { cause: error });
  }
}

/** Bytes of all arrays in a state. */
export function stateBytes(state: StateValue): number {
  if (ArrayBuffer.isView(state)) return state.byteLength;
  if (typeof state !== 'object' || state === null) return 0;
  return Object.values(state).reduce((sum: number, part: StateValue) => sum + stateBytes(part), 0);
}

function rowBytes(space: Space): number {
  return flatSize(space) * NUMBER_BYTES[flatDtype(space)];
}

/** Numbers that the layers make of one row: those of every setting that lists sizes. */
function layerSizes(algorithm: AnyAlgorithm, config: RunDescription['config']): number {
  const lists = describeConfig(algorithm.config).flatMap(({ name, type }) => (type === 'list of integers' ? [config[name]] : []));
  return lists.flat().reduce((sum: number, size) => sum + countOf(size as StateValue), 0);
}

/** A number of settings; 0 where there is none. */
function countOf(value: StateValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toLocaleString('en', { maximumFractionDigits: 1 })} GiB`;
}
