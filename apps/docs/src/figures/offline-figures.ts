import type { Figure } from './figure.ts';
import { normalDensity, softmax } from './numbers.ts';

const modes = (a: number) => (0.5 * (normalDensity((a + 0.6) / 0.12) + normalDensity((a - 0.6) / 0.12))) / 0.12;

const scores = [1.5, 0.4, 2.6, -0.5, 1];
const pushed = softmax(scores).map((share, action) => share - (action === 0 ? 1 : 0));

/** A value that rises beyond the data, where nothing has checked it. */
const believed = (a: number) => 1 - (a + 0.4) ** 2 + (a > 0 ? 1.6 * a ** 2 : 0);
const expectile = (u: number, tau: number) => (u < 0 ? 1 - tau : tau) * u * u;

/** Pictures of the algorithms that learn from fixed data, by the id of the algorithm. */
export const offlineFigures: Readonly<Record<string, Figure>> = {
  bc: {
    kind: 'curves',
    title: 'Data of two minds, and their mean',
    caption:
      'Half of the data steer left, half right. The squared distance is least in the middle, which nobody in the data does. Whole numbers as actions do not have this trouble: there the clone learns probabilities.',
    xLabel: 'action',
    yLabel: 'density in the data',
    from: -1,
    to: 1,
    lines: { data: modes, 'what the clone plays': a => Math.max(0, 1.6 * (1 - Math.abs(a) / 0.03)) },
  },
  'tabular-bcq': {
    kind: 'bars',
    title: 'Values of the actions of one state',
    caption:
      'Actions 2 and 4 never occur in the data, so their values were never corrected. The maximum goes over the others alone.',
    xLabel: 'action',
    labels: ['1', '2', '3', '4', '5'],
    groups: [{ name: 'in the data', heights: [1.1, 2.4, 1.7, 2.1, 0.6], marked: [1, 3] }],
    markName: 'not in the data: not compared',
  },
  'discrete-bcq': {
    kind: 'bars',
    title: 'Probability in the data, relative to the likeliest',
    caption:
      'With a threshold of 0.3 only the actions that are at least 0.3 times as likely as the likeliest are compared by their Q-values.',
    xLabel: 'action',
    labels: ['1', '2', '3', '4', '5', '6'],
    groups: [{ name: 'compared', heights: [0.45, 0.1, 1, 0.02, 0.35, 0.2], marked: [1, 3, 5] }],
    markName: 'left out (threshold 0.3)',
  },
  bcq: {
    kind: 'flow',
    caption:
      'Only actions that the data could have taken are ever compared: the auto-encoder proposes them, a small network may move each a little, and the critic picks.',
    boxes: {
      obs: ['observation s', 0, 0],
      decoder: ['decoder D(s, z)\nn proposals', 1, 0],
      shift: ['perturbation\nat most Φ', 2, 0],
      latent: ['z, drawn and\nclipped', 0, 1],
      action: ['the best of\nthem', 1, 1],
      critic: ['critic Q(s, a)', 2, 1],
    },
    arrows: [
      ['obs', 'decoder'],
      ['latent', 'decoder'],
      ['decoder', 'shift'],
      ['shift', 'critic'],
      ['critic', 'action', 'argmax'],
    ],
  },
  'discrete-cql': {
    kind: 'bars',
    title: 'Slope of the penalty at each Q-value; action 1 is in the data',
    caption:
      'The penalty pushes every value down in proportion to its softmax, the large ones most, and pushes the action of the data up. The pushes add up to 0.',
    xLabel: 'action',
    labels: ['1', '2', '3', '4', '5'],
    groups: [{ name: 'pushed down (above 0) or up (below 0)', heights: pushed }],
  },
  cql: {
    kind: 'curves',
    title: 'Values beyond the data (schematic)',
    caption:
      'Data lie to the left of 0. An unchecked critic may believe in anything further right, and the policy walks there. The penalty lowers values in proportion to exp Q and raises them at the data, so what is unknown looks poor.',
    xLabel: 'action',
    yLabel: 'value',
    from: -1,
    to: 1,
    lines: { 'without penalty': believed, 'with penalty': a => believed(a) - (a > 0 ? 2.4 * a ** 1.5 : 0) },
  },
  'td3-bc': {
    kind: 'curves',
    title: 'Loss of the policy; the data take −0.4',
    caption:
      'The critic here rises to the right with slope 1 in units of its mean. With weight 0 the best action is that of the data; the larger valueWeight, the further the policy may leave it.',
    xLabel: 'action',
    yLabel: 'loss',
    from: -1,
    to: 1,
    lines: Object.fromEntries(
      [0, 0.5, 1, 2.5].map(weight => [`valueWeight ${weight}`, (a: number) => (a + 0.4) ** 2 - weight * a]),
    ),
  },
  iql: {
    kind: 'curves',
    title: 'The expectile loss of u = Q − V',
    caption:
      'Values above V pull with weight τ, values below with 1 − τ. At 0.5 V is the mean of the values in the data; towards 1 it comes close to the best of them, without a maximum over actions.',
    xLabel: 'u',
    yLabel: 'loss',
    from: -2,
    to: 2,
    lines: Object.fromEntries([0.5, 0.7, 0.9].map(tau => [`τ = ${tau}`, (u: number) => expectile(u, tau)])),
  },
};
