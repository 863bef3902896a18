import {
  type Actor,
  ConfigError,
  checkSameSpaces,
  createRows,
  type EnvSpec,
  flatSize,
  flatten,
  message,
  type NumericArray,
  Rng,
  sample,
  seedStream,
} from '@zpin/contracts';
import { maskCheck } from '@zpin/core';

export interface BehaviourOptions {
  readonly spec: EnvSpec;
  readonly seed: number;
  /** Chooses the actions that are not random; omitted, all are. */
  readonly actor?: Actor;
  /** Probability of a uniformly random action, in [0, 1]; 0 with an actor when omitted. */
  readonly epsilon?: number;
  /** Deviation of normal noise on the actor's actions, in half widths of the box of actions; 0 when omitted. */
  readonly noiseScale?: number;
}

/**
 * A policy to collect data with: random, or one that was trained, with some of its actions replaced by random ones and noise on
 * the others. Actions stay legal and within their bounds.
 * @throws ConfigError when a number is out of range, or there is noise on actions that are no bounded `Box` of floats;
 * SpaceError when the actor was made for other spaces
 */
export function behaviour({ spec, seed, actor, epsilon = actor ? 0 : 1, noiseScale = 0 }: BehaviourOptions): Actor {
  if (!(epsilon >= 0 && epsilon <= 1)) {
    throw new ConfigError(message('behaviour', 'epsilon must be in [0, 1]', epsilon, 'Give the share of random actions'));
  }
  if (!actor && epsilon < 1) {
    throw new ConfigError(message('behaviour', 'epsilon must be 1 without an actor', epsilon, 'Pass the actor'));
  }
  if (actor?.spec) checkSameSpaces('behaviour', actor.spec, spec);
  const { actionSpace, observationSpace } = spec;
  const isBounded =
    actionSpace.type === 'box' &&
    actionSpace.dtype === 'float32' &&
    actionSpace.high.every((high, k) => Number.isFinite(high - actionSpace.low[k]));
  if (!(noiseScale >= 0 && noiseScale < Number.POSITIVE_INFINITY) || (noiseScale > 0 && !isBounded)) {
    const expectation = `noiseScale must be >= 0, and 0 where actions are no bounded Box, as in ${spec.id}`;
    throw new ConfigError(message('behaviour', expectation, noiseScale, 'Use epsilon'));
  }
  const rng = new Rng(seedStream(seed, 'behaviour'));
  const obsSize = flatSize(observationSpace);
  const actionSize = flatSize(actionSpace);
  const checkMask = maskCheck('behaviour', spec);
  let actions: NumericArray = createRows(actionSpace, 0);

  function random(row: number, mask: Uint8Array | undefined): void {
    if (actionSpace.type === 'discrete' && mask) {
      const legal = mask.subarray(row * actionSpace.n, (row + 1) * actionSpace.n);
      let action = 0;
      for (
        let skip = rng.integers(
          0,
          legal.reduce((sum, bit) => sum + bit, 0),
        );
        !legal[action] || skip-- > 0;
      )
        action++;
      actions[row] = actionSpace.start + action;
    } else flatten(actionSpace, sample(actionSpace, rng), actions, row * actionSize);
  }

  function disturb(row: number): void {
    if (noiseScale === 0 || actionSpace.type !== 'box') return;
    const { low, high } = actionSpace;
    for (let k = 0; k < actionSize; k++) {
      const noisy = actions[row * actionSize + k] + (noiseScale * rng.standardNormal() * (high[k] - low[k])) / 2;
      actions[row * actionSize + k] = Math.min(Math.max(noisy, low[k]), high[k]);
    }
  }

  return {
    spec,
    async act(obs, mode, mask, start) {
      checkMask(obs, mask);
      const rows = obs.length / obsSize;
      if (actions.length !== rows * actionSize) actions = createRows(actionSpace, rows);
      if (actor) actions.set(await actor.act(obs, mode, mask, start));
      for (let row = 0; row < rows; row++) {
        if (epsilon > 0 && rng.random() < epsilon) random(row, mask);
        else disturb(row);
      }
      return actions;
    },
  };
}
