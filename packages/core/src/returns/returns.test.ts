import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../../tools/testing/expect-close.ts';
import { discountedReturns } from './discounted-returns.ts';
import { type GaeInput, gae } from './gae.ts';
import { nStepReturns } from './n-step-returns.ts';
import { type VtraceInput, vtrace } from './vtrace.ts';

/** One environment, step by step: reward, V(s), V(s′), and how the step ended. */
type Step = readonly [reward: number, value: number, nextValue: number, end?: 'terminated' | 'truncated' | undefined];

function rollout(...envs: readonly (readonly Step[])[]): GaeInput {
  const [numEnvs, numSteps] = [envs.length, envs[0].length];
  const column = (pick: (step: Step) => number) =>
    Float32Array.from({ length: numSteps * numEnvs }, (_, row) => pick(envs[row % numEnvs][Math.floor(row / numEnvs)]));
  return {
    numSteps,
    numEnvs,
    reward: column(step => step[0]),
    value: column(step => step[1]),
    nextValue: column(step => step[2]),
    terminated: Uint8Array.from(column(step => Number(step[3] === 'terminated'))),
    truncated: Uint8Array.from(column(step => Number(step[3] === 'truncated'))),
  };
}

const number = fc.integer({ min: -8, max: 8 }).map(n => n / 4);
const step = fc
  .tuple(number, number, number, fc.constantFrom(undefined, undefined, undefined, 'terminated' as const, 'truncated' as const))
  .map(([reward, value, nextValue, end]): Step => [reward, value, end === 'terminated' ? 0 : nextValue, end]);
const rollouts = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 7 }))
  .chain(([envs, steps]) =>
    fc.array(fc.array(step, { minLength: steps, maxLength: steps }), { minLength: envs, maxLength: envs }),
  )
  .map(envs => rollout(...envs));
const fraction = fc.constantFrom(0, 0.5, 0.9, 1);

/** Rows of the steps from `row` to the end of its episode or of the rollout. */
function episodeFrom(row: number, { numSteps, numEnvs, terminated, truncated }: GaeInput): number[] {
  const rows = [row];
  for (let at = row; !terminated[at] && !truncated[at] && at + numEnvs < numSteps * numEnvs; at += numEnvs)
    rows.push(at + numEnvs);
  return rows;
}

const empty = (input: GaeInput) => new Float32Array(input.numSteps * input.numEnvs);

describe('gae', () => {
  it('gives advantages worked out by hand, cut after a termination and after a truncation', () => {
    // γ = 0.5, λ = 0.5, so γλ = ¼. First environment: δ = [1 + ½·4 − 2, 3 + 0 − 4, 1 + ½·2 − 6] = [1, −1, −4]:
    // the second step terminates, so A = [1 + ¼·(−1), −1, −4].
    const first: Step[] = [
      [1, 2, 4],
      [3, 4, 0, 'terminated'],
      [1, 6, 2],
    ];
    // Second: δ = [2 + ½·8 − 1, 1 + ½·6 − 2, 0 + 0 − 1] = [5, 2, −1]; the first step is truncated, its last observation has V =
    // 8.
    const second: Step[] = [
      [2, 1, 8, 'truncated'],
      [1, 2, 6],
      [0, 1, 0, 'terminated'],
    ];
    const input = rollout(first, second);
    const advantage = empty(input);
    gae(input, 0.5, 0.5, advantage);
    expectClose(advantage, [0.75, 5, -1, 2 - 0.25, -4, -1]);
  });

  it('is the sum of its definition', () => {
    fc.assert(
      fc.property(rollouts, fraction, fraction, (input, gamma, lambda) => {
        const advantage = empty(input);
        gae(input, gamma, lambda, advantage);
        const delta = (row: number) => input.reward[row] + gamma * input.nextValue[row] - input.value[row];
        const expected = advantage.map((_, row) =>
          episodeFrom(row, input).reduce((sum, at, k) => sum + (gamma * lambda) ** k * delta(at), 0),
        );
        expectClose(advantage, expected, 4);
      }),
    );
  });
});

describe('discountedReturns', () => {
  it('gives returns worked out by hand', () => {
    const steps: Step[] = [
      [1, 0, 9],
      [2, 0, 0, 'terminated'],
      [3, 0, 10, 'truncated'],
      [4, 0, 20],
    ];
    const input = rollout(steps);
    const returns = discountedReturns(input, 0.5);
    expectClose(returns, [1 + 0.5 * 2, 2, 3 + 0.5 * 10, 4 + 0.5 * 20]);
  });

  it('is the sum of its definition', () => {
    fc.assert(
      fc.property(rollouts, fraction, (input, gamma) => {
        const returns = empty(input);
        expect(discountedReturns(input, gamma, returns)).toBe(returns);
        const expected = returns.map((_, row) => {
          const rows = episodeFrom(row, input);
          const rewards = rows.reduce((sum, at, k) => sum + gamma ** k * input.reward[at], 0);
          return rewards + gamma ** rows.length * input.nextValue[rows.at(-1) as number];
        });
        expectClose(returns, expected, 4);
      }),
    );
  });
});

describe('nStepReturns', () => {
  it('gives returns worked out by hand', () => {
    const steps: Step[] = [
      [1, 0, 8],
      [2, 0, 16],
      [3, 0, 0, 'terminated'],
      [4, 0, 32],
    ];
    const input = rollout(steps);
    const returns = nStepReturns(input, 0.5, 2);
    expectClose(returns, [1 + 0.5 * 2 + 0.25 * 16, 2 + 0.5 * 3, 3, 4 + 0.5 * 32]);
  });

  it('is the sum of its definition', () => {
    fc.assert(
      fc.property(rollouts, fraction, fc.integer({ min: 1, max: 9 }), (input, gamma, n) => {
        const returns = empty(input);
        expect(nStepReturns(input, gamma, n, returns)).toBe(returns);
        const expected = returns.map((_, row) => {
          const rows = episodeFrom(row, input).slice(0, n);
          const rewards = rows.reduce((sum, at, k) => sum + gamma ** k * input.reward[at], 0);
          return rewards + gamma ** rows.length * input.nextValue[rows.at(-1) as number];
        });
        expectClose(returns, expected, 4);
      }),
    );
  });
});

describe('vtrace', () => {
  const outputs = (input: GaeInput) => ({ target: empty(input), advantage: empty(input) });

  it('gives targets and advantages worked out by hand', () => {
    // γ = 0.5; π/μ = [2, ½, 1], so ρ = c = [1, ½, 1]; V = [1, 2, 4], then 6.
    // δ = [1 (1 + 1 − 1), ½ (2 + 2 − 2), 1 (0 + 3 − 4)] = [1, 1, −1]
    // v₂ = 4 − 1 = 3; v₁ = 2 + 1 + ½·½·(−1) = 2.75; v₀ = 1 + 1 + ½·1·0.75 = 2.375
    // advantages: 1 (0 + 3 − 4), ½ (2 + ½·3 − 2), 1 (1 + ½·2.75 − 1)
    const steps: Step[] = [
      [1, 1, 2],
      [2, 2, 4],
      [0, 4, 6],
    ];
    const input: VtraceInput = { ...rollout(steps), logRatio: Float32Array.of(Math.LN2, -Math.LN2, 0) };
    const { target, advantage } = outputs(input);
    vtrace(input, { gamma: 0.5 }, { target, advantage });
    expectClose(target, [2.375, 2.75, 3]);
    expectClose(advantage, [1.375, 0.75, -1]);
  });

  it('is the sum of its definition, for any caps', () => {
    const caps = fc.constantFrom(0.5, 1, 3);
    const logRatios = fc.array(fc.constantFrom(-1, -0.3, 0, 0.4, 1.2), { minLength: 21, maxLength: 21 });
    fc.assert(
      fc.property(rollouts, logRatios, fraction, fraction, caps, caps, (arrays, ratios, gamma, lambda, maxRho, maxC) => {
        const input: VtraceInput = { ...arrays, logRatio: Float32Array.from(ratios) };
        const { target, advantage } = outputs(input);
        vtrace(input, { gamma, lambda, maxRho, maxC }, { target, advantage });
        const ratio = (row: number) => Math.exp(input.logRatio[row]);
        const delta = (row: number) =>
          Math.min(maxRho, ratio(row)) * (input.reward[row] + gamma * input.nextValue[row] - input.value[row]);
        /** Equation 1 without its V(x_s). */
        const correction = (row: number) => {
          let weight = 1;
          let sum = 0;
          for (const at of episodeFrom(row, input)) {
            sum += weight * delta(at);
            weight *= gamma * lambda * Math.min(maxC, ratio(at));
          }
          return sum;
        };
        expectClose(
          target,
          target.map((_, row) => input.value[row] + correction(row)),
          4,
        );
        const expected = advantage.map((_, row) => {
          const following = episodeFrom(row, input).length > 1 ? correction(row + input.numEnvs) : 0;
          const target = input.reward[row] + gamma * (input.nextValue[row] + following);
          return Math.min(maxRho, ratio(row)) * (target - input.value[row]);
        });
        expectClose(advantage, expected, 4);
      }),
    );
  });

  it('is generalised advantage estimation when both policies are one', () => {
    fc.assert(
      fc.property(rollouts, fraction, fraction, (arrays, gamma, lambda) => {
        const input: VtraceInput = { ...arrays, logRatio: empty(arrays) };
        const { target, advantage } = outputs(input);
        vtrace(input, { gamma, lambda }, { target, advantage });
        const estimate = empty(arrays);
        gae(arrays, gamma, lambda, estimate);
        expectClose(
          target,
          estimate.map((value, row) => value + arrays.value[row]),
          4,
        );
      }),
    );
  });
});
