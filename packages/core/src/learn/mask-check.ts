import { checkActionMask, checkMaskable, type EnvSpec, flatSize, InputError, message, type NumericArray } from '@zpin/contracts';

/** Refuses what an agent cannot act on: no mask where its environment has masks, and masks of no use. */
export type MaskCheck = (obs: NumericArray, mask: Uint8Array | undefined) => void;

/**
 * The check of masks `[N, A]` that come with observations `[N, D]`.
 * @param where agent or policy named in errors @param spec of the environment that it was made for
 */
export function maskCheck(where: string, spec: EnvSpec): MaskCheck {
  const { id, observationSpace, actionSpace, hasActionMask } = spec;
  const numActions = actionSpace.type === 'discrete' ? actionSpace.n : 0;
  const obsSize = flatSize(observationSpace);
  return (obs, mask) => {
    if (mask) {
      checkMaskable(where, spec);
      checkActionMask(where, mask, numActions, obs.length / obsSize);
    } else if (hasActionMask) {
      const expectation = `there must be a mask of legal actions, as ${id} has them`;
      throw new InputError(message(where, expectation, 'none', 'Pass info.actionMask, or 1 for every action'));
    }
  };
}
