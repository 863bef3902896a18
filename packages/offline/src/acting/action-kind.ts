import { describeSpace, type EnvSpec, message, SpaceError } from '@zpin/contracts';

/** @param algorithm named in errors @throws SpaceError unless actions are `Discrete` */
export function requireDiscrete(algorithm: string, { id, actionSpace }: EnvSpec): void {
  if (actionSpace.type === 'discrete') return;
  const isContinuous = actionSpace.type === 'box' && actionSpace.dtype === 'float32';
  const remedy = isContinuous ? 'Use cql, iql, td3-bc, bcq or bc' : 'Use bc, or an environment whose actions are one index';
  throw new SpaceError(message(algorithm, `actions of ${id} must be Discrete`, describeSpace(actionSpace), remedy));
}

/**
 * @param algorithm named in errors @param kinds that it takes, in words
 * @throws SpaceError unless actions are a `Box` of floats; its bounds are not looked at
 */
export function requireBox(algorithm: string, { id, actionSpace }: EnvSpec, kinds = 'a Box of floats'): void {
  if (actionSpace.type === 'box' && actionSpace.dtype === 'float32') return;
  const remedy =
    actionSpace.type === 'discrete'
      ? 'Use discrete-cql, discrete-bcq, iql or bc'
      : 'Use bc, or an environment whose actions are floats';
  throw new SpaceError(message(algorithm, `actions of ${id} must be ${kinds}`, describeSpace(actionSpace), remedy));
}
