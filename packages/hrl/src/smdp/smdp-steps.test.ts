import { discrete } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { SmdpSteps } from './smdp-steps.ts';

const make = (isDiscounted?: boolean) =>
  new SmdpSteps({
    observationSpace: discrete(9),
    numEnvs: 2,
    gamma: 0.5,
    ...(isDiscounted !== undefined && { isDiscounted }),
  });

it('discounts the rewards of k primitive steps, and what follows by γᵏ', () => {
  const steps = make();
  steps.begin(1, Int32Array.of(3, 7), 4);
  for (const reward of [1, 2, 4]) steps.add(1, reward);
  expect([steps.obs[1], steps.action[1], steps.length[1]]).toEqual([7, 4, 3]);
  expect(steps.reward(1)).toBe(1 + 0.5 * 2 + 0.25 * 4);
  expect(steps.discount(1, false)).toBe(0.125);
  expect(steps.discount(1, true)).toBe(0);
});

it('sums the rewards, and discounts what follows once, as the paper of h-DQN does', () => {
  const steps = make(false);
  steps.begin(0, Int32Array.of(3, 7), 0);
  for (const reward of [1, 2, 4]) steps.add(0, reward);
  expect([steps.reward(0), steps.discount(0, false), steps.discount(0, true)]).toEqual([7, 0.5, 0]);
});

it('begins anew: nothing of the step before is left', () => {
  const steps = make();
  steps.begin(0, Int32Array.of(3, 7), 1);
  steps.add(0, 8);
  steps.end(0);
  expect(steps.length[0]).toBe(0);
  steps.begin(0, Int32Array.of(5, 7), 2);
  steps.add(0, 1);
  expect([steps.obs[0], steps.action[0], steps.reward(0), steps.discount(0, false)]).toEqual([5, 2, 1, 0.5]);
});

it('goes on from its state', () => {
  const [one, other] = [make(), make()];
  one.begin(0, Int32Array.of(3, 7), 1);
  one.add(0, 8);
  const state = one.state();
  one.add(0, 2);
  other.restore(state);
  other.add(0, 2);
  expect(other.state()).toEqual(one.state());
  expect(other.reward(0)).toBe(9);
});
