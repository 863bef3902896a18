import type { Figure } from './figure.ts';
import { meanOfLargest, normalDensity, range } from './numbers.ts';

/** A value with a narrow peak beside a broad one. */
const peaky = (a: number) => Math.exp(-(((a + 0.3) / 0.5) ** 2)) + 0.6 * Math.exp(-(((a - 0.55) / 0.05) ** 2));

/** Mean of `peaky` under clipped normal noise. */
function blurred(a: number): number {
  let [sum, weights] = [0, 0];
  for (let noise = -0.8; noise <= 0.8; noise += 0.01) {
    const weight = normalDensity(noise / 0.2);
    sum += weight * peaky(a + Math.min(0.5, Math.max(-0.5, noise)));
    weights += weight;
  }
  return sum / weights;
}

/** Density of tanh(u) for normal u around 0.5. */
const squashed = (a: number, deviation: number) =>
  Math.abs(a) >= 1 ? null : normalDensity((Math.atanh(a) - 0.5) / deviation) / (deviation * (1 - a * a));

const quantiles = [1.2, 2, 2.7, 3.1, 3.6, 4, 4.5, 5.1, 6.4, 8.5];

/** Pictures of the actor-critics with a replay memory and of the hierarchies, by the id of the algorithm. */
export const replayFigures: Readonly<Record<string, Figure>> = {
  ddpg: {
    kind: 'flow',
    caption:
      'The critic learns what actions are worth; the actor climbs the slope of the critic. Slow copies of both make the targets.',
    boxes: {
      memory: ['batch from the\nreplay memory', 0, 0],
      critic: ['critic Q(s, a)', 1, 0],
      target: ['targets\nQ′, μ′', 2, 0],
      env: ['environment', 0, 1],
      actor: ['actor μ(s)', 1, 1],
    },
    arrows: [
      ['memory', 'critic', 'fit'],
      ['target', 'critic', 'y'],
      ['critic', 'actor', 'slope ∇Q'],
      ['actor', 'env', '+ noise'],
      ['env', 'memory'],
      ['actor', 'target', 'τ'],
    ],
  },
  td3: {
    kind: 'curves',
    title: 'Smoothing takes a narrow peak away',
    caption:
      'A critic that is wrong in a narrow place, and its mean under the clipped noise of the target (0.2, cut at 0.5). The policy can no longer be drawn to the peak on the right, since next values are never read off it exactly.',
    xLabel: 'action',
    yLabel: 'value',
    from: -1,
    to: 1,
    lines: { 'critic as learned': peaky, 'as the target sees it': blurred },
  },
  sac: {
    kind: 'curves',
    title: 'Densities of a = tanh(u)',
    caption:
      'The policy draws from a normal distribution and squashes it into the bounds. Wide ones pile up at both bounds; the log-probability of SAC counts that by the term log(1 − a²).',
    xLabel: 'action',
    yLabel: 'density',
    from: -0.99,
    to: 0.99,
    lines: Object.fromEntries([0.3, 0.7, 1.2].map(deviation => [`σ = ${deviation}`, (a: number) => squashed(a, deviation)])),
  },
  tqc: {
    kind: 'bars',
    title: 'Atoms of two critics in order; the largest are left out',
    caption:
      'Ten quantiles of two critics together, sorted. The target is made of the eight smallest: dropping the right tail takes away the part of the distribution that a policy would exploit.',
    xLabel: 'rank among all atoms',
    labels: range(1, 10).map(String),
    groups: [{ name: 'kept', heights: quantiles, marked: [8, 9] }],
    markName: 'dropped (one per critic)',
  },
  redq: {
    kind: 'curves',
    title: 'Bias of the smallest of M critics',
    caption:
      'The smallest of M independent estimates lies below the truth by this much. One critic has no pessimism to hold against the maximising policy, many have too much; two of ten, drawn anew each time, keep the bias of two and the variety of ten.',
    xLabel: 'critics in the minimum M',
    yLabel: 'bias',
    from: 1,
    to: 10,
    lines: { 'min of M': m => -meanOfLargest(m), 'mean of all': () => 0 },
  },
  'h-dqn': {
    kind: 'flow',
    caption:
      'Two DQNs on two clocks. The upper one steps once per goal and is paid by the environment; the lower one steps every time and is paid for reaching the goal.',
    boxes: {
      meta: ['meta-controller\nQ₂(s, g)', 0, 0],
      goal: ['goal g', 1, 0],
      critic: ['reached?\nreward 1 or 0', 2, 0],
      sum: ['Σ γⁱ rewards\nuntil it ends', 0, 1],
      controller: ['controller\nQ₁(s, g, a)', 1, 1],
      env: ['environment', 2, 1],
    },
    arrows: [
      ['meta', 'goal', 'chooses'],
      ['goal', 'controller'],
      ['controller', 'env', 'action'],
      ['env', 'critic', 's′'],
      ['critic', 'goal'],
      ['sum', 'meta', 'learns'],
    ],
  },
  'option-critic': {
    kind: 'flow',
    caption:
      'An option plays until its own termination says so; then the policy over options chooses the one of the largest value. All three parts learn from the same TD error.',
    boxes: {
      over: ['policy over\noptions: max Q', 0, 0],
      option: ['option ω\nπ(a | s)', 1, 0],
      env: ['environment', 2, 0],
      end: ['ends here?\nβ(s′)', 1, 1],
      values: ['Q(s, ω)', 0, 1],
    },
    arrows: [
      ['over', 'option', 'ω'],
      ['option', 'env', 'action'],
      ['env', 'end', 's′'],
      ['end', 'option', 'goes on'],
      ['end', 'over', 'ends'],
      ['values', 'over'],
    ],
  },
  'off-policy-option-critic': {
    kind: 'curves',
    title: 'What a stored step counts',
    caption:
      'A step from the memory counts by the ratio of the probability of its action now and when it was made, and never more than largestRatio. Actions that the option has given up teach it little.',
    xLabel: 'probability now / when it was made',
    yLabel: 'weight ρ',
    from: 0,
    to: 3,
    lines: { 'largestRatio 1': ratio => Math.min(1, ratio), 'largestRatio 2': ratio => Math.min(2, ratio) },
  },
};
