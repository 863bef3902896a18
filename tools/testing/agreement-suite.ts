import { beforeAll, describe, expect, it } from 'vitest';
import type { Agent, StateValue, UpdateResult } from '../../packages/contracts/src/index.ts';
import { createEngine, type Engine } from '../../packages/core/src/index.ts';
import { type AlgorithmCase, compiledEngine, exactnessEnvs, PATIENCE, titleOf } from './algorithm-case.ts';

/** Environment steps in which each of the small agents makes 100 gradient steps or more. */
const STEPS = 544;

/**
 * Largest error of a metric, relative to it or to 1 if that is more, and of a vector, relative to its largest number. The engines
 * sum in different orders, so each gradient is right to some 1e-7 of its largest number, and every step starts from what the ones
 * before it left. Adam divides by the size of the gradient and makes much of rounding where gradients are tiny. Measured after
 * 100 steps: 2e-7 for weights, up to 3e-5 for first moments, which are what is left of gradients that cancel.
 */
const TOLERANCE = 3e-4;

/** First moments below this are compared with it. */
const LEAST_MOMENT = 1e-3;

/** Every agent that learns by updates, whatever they take. */
type Learner = Agent & { update(...args: unknown[]): Promise<UpdateResult> };
/** Arguments of an update. */
type Call = readonly unknown[];

/** Checks that an agent learns the same compiled as op by op. */
export function describeAgreement(subject: AlgorithmCase): void {
  const { algorithm, small } = subject;
  let eager: Engine;
  beforeAll(async () => {
    eager = await createEngine('tensorflow', { backend: 'cpu' });
  });

  describe.each(Object.entries(exactnessEnvs(subject)))(`${titleOf(subject)} on %s`, PATIENCE, (_name, makeEnv) => {
    it('learns the same compiled as op by op, over 100 updates', async () => {
      const env = makeEnv(small.numEnvs);
      const create = async (engine: Engine) =>
        (await algorithm.create({ spec: env.spec, config: small, seed: 3, engine })) as Learner;
      const compiled = await create(await compiledEngine(subject.engine));
      const calls: Call[] = [];
      const metrics: Readonly<Record<string, number>>[] = [];
      const agent = recorder(compiled, calls, metrics);
      for await (const _ of algorithm.train({ agent, env, totalSteps: STEPS, seed: 3 }));

      // The data are those of the compiled run: one action that rounding tips over would make two different runs of two engines.
      const other = await create(eager);
      const expected: Readonly<Record<string, number>>[] = [];
      for (const args of calls) expected.push(await (await other.update(...args)).metrics.read());
      expect(gradientSteps(await compiled.state()) ?? metrics.length).toBeGreaterThanOrEqual(100);
      // A loss is a sum of terms of both signs: it is as inexact as its terms, however near to 0 it comes by chance.
      const size = (name: string) => expected.reduce((largest, values) => Math.max(largest, Math.abs(values[name] ?? 0)), 1);
      for (const [i, values] of expected.entries()) {
        expect(Object.keys(metrics[i])).toEqual(Object.keys(values));
        for (const [name, value] of Object.entries(values)) {
          const error = Math.abs(metrics[i][name] - value) / size(name);
          expect(error, `${name} of update ${i}: ${metrics[i][name]}, op by op ${value}`).toBeLessThan(TOLERANCE);
        }
      }
      const [vectors, expectedVectors] = [vectorsOf(await compiled.state()), vectorsOf(await other.state())];
      expect(Object.keys(vectors)).toEqual(Object.keys(expectedVectors));
      for (const [name, values] of Object.entries(expectedVectors)) {
        // A first moment is a mean of gradients of both signs: where they have all but cancelled, it is as inexact as they are.
        const least = name.endsWith('.m') ? LEAST_MOMENT : 0;
        const scale = values.reduce((size, value) => Math.max(size, Math.abs(value)), least);
        const error = values.reduce((size, value, i) => Math.max(size, Math.abs(value - vectors[name][i])), 0);
        expect(error, `largest error of ${name}, whose largest number is ${scale}`).toBeLessThanOrEqual(TOLERANCE * scale);
      }
      compiled.dispose();
      other.dispose();
    });
  });
}

/** The agent, with what it is told to learn from and what it reports written down. */
function recorder(agent: Learner, calls: Call[], metrics: Readonly<Record<string, number>>[]): Learner {
  return new Proxy(agent, {
    get(target, key) {
      if (key !== 'update') return Reflect.get(target, key);
      return async (...args: unknown[]) => {
        calls.push(structuredClone(args));
        const result = await target.update(...args);
        metrics.push(await result.metrics.read());
        return result;
      };
    },
  });
}

function vectorsOf(state: { readonly [key: string]: StateValue }): Readonly<Record<string, Float32Array>> {
  return state.vectors as Readonly<Record<string, Float32Array>>;
}

/** Steps of the optimiser, if it counts them. */
function gradientSteps(state: { readonly [key: string]: StateValue }): number | undefined {
  const [, counter] = Object.entries(vectorsOf(state)).find(([name]) => name.endsWith('.step')) ?? [];
  return counter?.[0];
}
