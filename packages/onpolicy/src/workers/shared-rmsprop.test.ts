import { Rng } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { sharedRmspropStep } from './shared-rmsprop.ts';

it('makes the step of equations 8 and 9', () => {
  const parameters = Float32Array.of(1, -2, 0.5);
  const meanSquare = Float32Array.of(0, 4, 1);
  // g ← 0.75 g + 0.25 Δθ²: 4, 3.25, 0.75; roots of g + 0.25: √4.25, √3.5, 1; steps 0.1 · Δθ over these.
  sharedRmspropStep(parameters, meanSquare, Float32Array.of(4, -1, 0), { learningRate: 0.1, decay: 0.75, epsilon: 0.25 });
  expect([...meanSquare]).toEqual([4, 3.25, 0.75]);
  expect(parameters[0]).toBeCloseTo(1 - 0.4 / Math.sqrt(4.25), 7);
  expect(parameters[1]).toBeCloseTo(-2 + 0.1 / Math.sqrt(3.5), 7);
  expect(parameters[2]).toBe(0.5);
});

it('agrees with an oracle in double precision over many steps', () => {
  const rng = new Rng(1);
  const [parameters, meanSquare] = [new Float32Array(20), new Float32Array(20)];
  const oracle = { theta: new Array<number>(20).fill(0), g: new Array<number>(20).fill(0) };
  for (let step = 0; step < 200; step++) {
    const gradient = rng.standardNormalInto(new Float32Array(20));
    sharedRmspropStep(parameters, meanSquare, gradient, { learningRate: 1e-2, decay: 0.9, epsilon: 1e-4 });
    oracle.g = oracle.g.map((g, i) => 0.9 * g + 0.1 * gradient[i] ** 2);
    oracle.theta = oracle.theta.map((theta, i) => theta - (1e-2 * gradient[i]) / Math.sqrt(oracle.g[i] + 1e-4));
  }
  oracle.theta.forEach((theta, i) => expect(parameters[i]).toBeCloseTo(theta, 5));
});

it('at learning rate 0 leaves the parameters as they are, bit for bit', () => {
  const parameters = Float32Array.of(0.1, -0, 3e-39);
  const before = parameters.slice();
  sharedRmspropStep(parameters, new Float32Array(3), Float32Array.of(1, 2, 3), { learningRate: 0, decay: 0.9, epsilon: 1 });
  expect(parameters).toEqual(before);
});
