import { type EnvInfo, type EnvSpec, message, SpaceError } from '@zpin/contracts';

/**
 * The mask of an environment that has masks.
 * @param isLast whether the task ended, so that nothing follows: then there need be none
 * @returns null where there need be none, and is none
 * @throws SpaceError when it is missing, no `Uint8Array`, or of another length than the actions
 */
export function maskOf(where: string, info: EnvInfo, numActions: number, isLast: boolean): Uint8Array | null {
  const { actionMask } = info;
  if (actionMask === undefined && isLast) return null;
  if (actionMask instanceof Uint8Array && actionMask.length === numActions) return actionMask;
  const expectation = `info.actionMask must be a Uint8Array of ${numActions}, as the environment has masks`;
  throw new SpaceError(message(where, expectation, actionMask, 'Put it into every info, 1 = legal'));
}

/** @throws SpaceError that says how an environment with masks tells that it has them. */
export function refuseUndeclaredMask({ id, actionSpace }: EnvSpec): never {
  const isDiscrete = actionSpace.type === 'discrete';
  const expectation = 'info.actionMask must be announced, or nobody would obey it';
  const remedy = isDiscrete ? 'Put hasActionMask: true into its spec' : 'Leave it out: only Discrete actions have masks';
  throw new SpaceError(message(id, expectation, 'no hasActionMask', remedy));
}

/**
 * For wrappers that play actions nobody chose in the state at hand, which may be illegal there.
 * @throws SpaceError when the environment has masks
 */
export function refuseMasks(where: string, { id, hasActionMask }: EnvSpec): void {
  if (!hasActionMask) return;
  const expectation = `${id} must have no action masks, as actions are played that may be illegal`;
  throw new SpaceError(message(where, expectation, 'masks', 'Leave this wrapper out'));
}
