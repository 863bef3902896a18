import { type Actor, createRows, type EnvSpec, flatten, type SpaceValue, unflatten } from '@zpin/contracts';

/**
 * The greedy action for one observation, both as `reset` and `step` of an environment have them.
 * @param isStart whether an episode begins with it, for agents with a memory
 * @param actionMask `[A]`, 1 = legal: `info.actionMask`, where the environment has masks
 * @throws InputError when there is no mask, but the environment has them
 */
export async function actOnce(
  agent: Actor,
  { observationSpace, actionSpace }: EnvSpec,
  obs: SpaceValue,
  isStart: boolean,
  actionMask?: Uint8Array,
): Promise<SpaceValue> {
  const row = createRows(observationSpace, 1);
  flatten(observationSpace, obs, row);
  const action = await agent.act(row, 'exploit', actionMask, Uint8Array.of(Number(isStart)));
  return unflatten(actionSpace, action);
}
