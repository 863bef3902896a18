import {
  CheckpointError,
  type EnvSpec,
  message,
  type Policy,
  type SpaceJSON,
  type StateValue,
  spaceFromJSON,
  spaceToJSON,
} from '@zpin/contracts';
import * as z from 'zod';
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint/checkpoint.ts';

/** What tells a policy from the snapshot of a run, which lies in the same container. */
const KIND = 'policy';

const envSchema = z.strictObject({
  id: z.string(),
  observationSpace: z.custom<SpaceJSON>(),
  actionSpace: z.custom<SpaceJSON>(),
  maxEpisodeSteps: z.number().nullable(),
  rewardThreshold: z.number().nullable(),
  hasActionMask: z.literal(true).optional(),
  wrappers: z.array(z.string()).optional(),
});

const clipsSchema = z.array(z.number().positive()).optional();

/** The JSON form of an environment's spec. */
export function envSpecToJSON(spec: EnvSpec) {
  const { id, observationSpace, actionSpace, maxEpisodeSteps, rewardThreshold, hasActionMask, wrappers = [] } = spec;
  return {
    id,
    observationSpace: spaceToJSON(observationSpace),
    actionSpace: spaceToJSON(actionSpace),
    maxEpisodeSteps,
    rewardThreshold,
    ...(hasActionMask && { hasActionMask }),
    ...(wrappers && { wrappers }),
  };
}

/** The spec that `envSpecToJSON` wrote; `undefined` when it is none. @throws SpaceError when a space is none */
export function envSpecFromJSON(json: unknown): EnvSpec | undefined {
  const parsed = envSchema.safeParse(json);
  if (!parsed.success) return undefined;
  // Files of earlier versions do not tell of wrappers.
  const { observationSpace, actionSpace, hasActionMask, wrappers = null, ...rest } = parsed.data;
  const spaces = { observationSpace: spaceFromJSON(observationSpace), actionSpace: spaceFromJSON(actionSpace) };
  return { ...rest, ...spaces, ...(hasActionMask && { hasActionMask }), ...(wrappers?.length !== 0 && { wrappers }) };
}

/** Writes a policy as bytes: the container of checkpoints, with the weights in place of a run's state. */
export function encodePolicy({ algorithm, config, spec, weights, observationClips }: Policy): Uint8Array<ArrayBuffer> {
  const extra = { kind: KIND, spec: envSpecToJSON(spec) as StateValue, ...(observationClips && { observationClips }) };
  // Steps and seed are those of a run; a policy has neither.
  const header = { algorithm, env: spec.id, config, seed: 0, step: 0, extra };
  return encodeCheckpoint({ header, state: { weights } });
}

/**
 * Reads what `encodePolicy` wrote. Nothing of it is evaluated.
 * @param where file or function named in errors
 * @throws CheckpointError when the bytes are cut short, damaged, foreign, of another version, or those of a run's checkpoint
 */
export function decodePolicy(bytes: Uint8Array, where = 'decodePolicy'): Policy {
  const { header, state } = decodeCheckpoint(bytes, { where });
  const { algorithm, config, extra } = header;
  if (extra?.kind !== KIND) {
    throw new CheckpointError(
      message(where, 'the file must hold a policy', `a checkpoint of ${algorithm}`, 'Resume the run from it'),
    );
  }
  const spec = envSpecFromJSON(extra.spec);
  const { weights } = state;
  if (!spec || !(weights instanceof Float32Array)) {
    throw new CheckpointError(
      message(where, 'a policy must have a spec and weights', Object.keys(state), 'Use a copy of the file'),
    );
  }
  const clips = clipsSchema.safeParse(extra.observationClips);
  if (!clips.success) {
    const expectation = 'the clips of normalised observations must be numbers > 0';
    throw new CheckpointError(message(where, expectation, extra.observationClips, 'Use a copy of the file'));
  }
  return { algorithm, config, spec, weights, ...(clips.data && { observationClips: clips.data }) };
}
