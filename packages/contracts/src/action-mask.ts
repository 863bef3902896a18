import type { Env, EnvSpec } from './env.ts';
import { InputError, message, SpaceError } from './errors.ts';
import { describeSpace } from './spaces/values.ts';

/** Whether an environment tells legal actions in `info.actionMask`: its spec says so, or it does itself. */
export function hasActionMask(env: Env): boolean {
  return env.spec.hasActionMask === true || env.hasActionMask === true;
}

/**
 * Refuses masks of an environment whose actions are not `Discrete`.
 * @param where function or environment named in the error
 * @throws SpaceError
 */
export function checkMaskable(where: string, { id, actionSpace }: EnvSpec): void {
  if (actionSpace.type === 'discrete') return;
  const expectation = `only Discrete actions have masks, and those of ${id} must be so`;
  throw new SpaceError(message(where, expectation, describeSpace(actionSpace), 'Leave actionMask and hasActionMask out'));
}

/** Legal actions (1) in row `row` of masks `[N, A]`; −1 where a number is neither 0 nor 1. */
export function countLegal(mask: Uint8Array, row: number, numActions: number): number {
  let legal = 0;
  for (let at = row * numActions, end = at + numActions; at < end; at++) {
    if (mask[at] === 1) legal++;
    else if (mask[at] !== 0) return -1;
  }
  return legal;
}

/**
 * Refuses masks that are of no use: of another length than `[N, A]`, with numbers that are not 0 or 1, or without a legal action
 * in a row.
 * @param where function, agent or environment named in the error
 * @param mask `[N, A]`, 1 = legal @param numActions A @param rows N; any whole number when omitted
 * @throws InputError naming the row
 */
export function checkActionMask(where: string, mask: Uint8Array, numActions: number, rows = mask.length / numActions): void {
  if (mask.length !== rows * numActions || !Number.isInteger(rows)) {
    const expectation = `the mask must have ${numActions} numbers for each of ${Math.ceil(rows)} rows`;
    throw new InputError(message(where, expectation, mask.length, 'Pass one row of info.actionMask per observation'));
  }
  for (let row = 0; row < rows; row++) if (countLegal(mask, row, numActions) < 1) refuseMaskRow(where, mask, row, numActions);
}

/** @throws InputError that says what is wrong with row `row` of the masks. */
export function refuseMaskRow(where: string, mask: Uint8Array, row: number, numActions: number): never {
  const values = Array.from(mask.subarray(row * numActions, (row + 1) * numActions));
  const isEmpty = values.every(value => value === 0);
  const rule = isEmpty ? `leave at least one of ${numActions} actions legal` : 'hold 0 for illegal and 1 for legal';
  const remedy = 'Look at info.actionMask of the environment';
  throw new InputError(message(where, `row ${row} of the mask must ${rule}`, isEmpty ? 0 : values, remedy));
}
