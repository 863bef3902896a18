import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { categoricalRisk } from '../c51.ts';
import { quantileRisk } from '../qr-dqn.ts';
import { type RiskConfig, riskValue } from './risk.ts';

await createEngine('tensorflow', { backend: 'cpu' });

const cvar = (cvarShare: number): RiskConfig => ({ risk: 'cvar', cvarShare, deviationWeight: 0 });
const deviation = (deviationWeight: number): RiskConfig => ({ risk: 'mean-deviation', cvarShare: 1, deviationWeight });
const mean: RiskConfig = { risk: 'mean', cvarShare: 0.1, deviationWeight: 9 };

/** Returns −4, 0, 2, 10 with probabilities 0.1, 0.4, 0.3, 0.2: mean 2.2, mean square 22.8. */
const [values, probabilities] = [tf.tensor1d([-4, 0, 2, 10]), tf.tensor1d([0.1, 0.4, 0.3, 0.2])];

describe('riskValue', () => {
  it.each<[string, RiskConfig, number]>([
    ['the mean', mean, 2.2],
    ['the mean of the worst tenth', cvar(0.1), -4],
    // All of −4, and 0.15 of 0.
    ['the mean of the worst quarter', cvar(0.25), (0.1 * -4) / 0.25],
    // All of −4 and 0, and 0.1 of 2.
    ['the mean of the worst 60 %', cvar(0.6), (0.1 * -4 + 0.1 * 2) / 0.6],
    ['the mean of all', cvar(1), 2.2],
    ['the mean less a deviation', deviation(-1), 2.2 - Math.sqrt(22.8 - 2.2 ** 2)],
    ['the mean and half a deviation', deviation(0.5), 2.2 + 0.5 * Math.sqrt(22.8 - 2.2 ** 2)],
  ])('is %s', (_name, config, expected) => {
    expect(riskValue(values, probabilities, config).dataSync()[0]).toBeCloseTo(expected, 5);
  });
});

describe('the value of an action', () => {
  it('is of its own quantiles', () => {
    const quantiles = tf.tensor3d([
      [
        [1, 1, 1, 1],
        [-3, 1, 3, 7],
      ],
    ]);
    expect(Array.from(quantileRisk(quantiles, mean).dataSync())).toEqual([1, 2]);
    expect(Array.from(quantileRisk(quantiles, cvar(0.5)).dataSync())).toEqual([1, -1]);
    // Half of the first share of a quarter more: (−3 + 1 / 2) · 2 / 3.
    expect(quantileRisk(quantiles, cvar(0.375)).dataSync()[1]).toBeCloseTo(-5 / 3, 5);
    expect(quantileRisk(quantiles, deviation(-1)).dataSync()[1]).toBeCloseTo(2 - Math.sqrt(13), 5);
  });

  it('is of its own probabilities on the atoms', () => {
    const atoms = [-4, 0, 2, 10];
    const logits = tf.log(
      tf.tensor3d([
        [
          [0.1, 0.4, 0.3, 0.2],
          [0.25, 0.25, 0.25, 0.25],
        ],
      ]),
    );
    const found = (config: RiskConfig) => Array.from(categoricalRisk(logits, atoms, config).dataSync());
    const expected: [RiskConfig, number[]][] = [
      [mean, [2.2, 2]],
      [cvar(0.25), [-1.6, -4]],
      [cvar(0.5), [-0.8, -2]],
      [deviation(2), [2.2 + 2 * Math.sqrt(17.96), 2 + 2 * Math.sqrt(26)]],
    ];
    for (const [config, row] of expected) found(config).forEach((value, i) => expect(value).toBeCloseTo(row[i], 4));
  });
});
