import { describeField, describeSpace, type Field, flatSize, type JsonSchema, takes } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { checkEnv } from './check-env.ts';
import { CartPole, cartPoleV1 } from './classic/cart-pole.ts';
import { optionsOf } from './env-entry.ts';
import { listEnvs, loadEnv, makeEnv, makeVectorEnv, registerEnv } from './registry.ts';

/** Every setting of every environment, with the id of its environment and its name. */
const settings = listEnvs().flatMap(entry =>
  Object.entries(optionsOf(entry)).map(([name, option]): [string, string, Field<unknown>] => [entry.spec.id, name, option]),
);

/** A value just outside the range of a setting; of another type where it has none. */
function outside({ type, anyOf, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): unknown {
  const bound = exclusiveMinimum ?? exclusiveMaximum;
  if (bound !== undefined) return bound;
  if (minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER) return minimum - 1;
  if (maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER) return maximum + 1;
  if (anyOf?.some(option => option.type === 'integer')) return 0;
  return type === 'number' ? 'many' : 1.5;
}

describe('registry', () => {
  it.each(listEnvs().map(entry => entry.spec.id))('%s keeps the contract, and its copies are independent', async id => {
    await loadEnv(id);
    // Physics engines are slow; this is still more than two episodes of the shortest.
    const steps = listEnvs().find(entry => entry.spec.id === id)?.requires ? 110 : 300;
    expect(checkEnv(makeEnv(id), { steps })).toEqual([]);
    const vector = makeVectorEnv(id, 2);
    const out = vector.createStep();
    vector.reset(out, [4, 4]);
    const size = flatSize(vector.spec.observationSpace);
    expect(out.obs.slice(0, size)).toEqual(out.obs.slice(size));
  });

  it('knows each environment by what it says of itself', async () => {
    for (const entry of listEnvs()) {
      const { spec, summary } = entry;
      await loadEnv(spec.id);
      const defaults = Object.entries(optionsOf(entry)).map(([name, option]) => [name, option.default]);
      expect(makeEnv(spec.id, Object.fromEntries(defaults)).spec).toEqual(spec);
      expect(summary).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each<[string, string, string, number | null, number | null]>([
    ['CartPole-v1', 'Box([4], float32)', 'Discrete(2)', 500, 475],
    ['CartPole-v0', 'Box([4], float32)', 'Discrete(2)', 200, 195],
    ['MountainCar-v0', 'Box([2], float32)', 'Discrete(3)', 200, -110],
    ['MountainCarContinuous-v0', 'Box([2], float32)', 'Box([1], float32)', 999, 90],
    ['Pendulum-v1', 'Box([3], float32)', 'Box([1], float32)', 200, null],
    ['Acrobot-v1', 'Box([6], float32)', 'Discrete(3)', 500, -100],
    ['FrozenLake-v1', 'Discrete(16)', 'Discrete(4)', 100, 0.7],
    ['FrozenLake8x8-v1', 'Discrete(64)', 'Discrete(4)', 200, 0.85],
    ['CliffWalking-v1', 'Discrete(48)', 'Discrete(4)', null, null],
    ['Taxi-v4', 'Discrete(500)', 'Discrete(6)', 200, 8],
    ['MinAtar/Seaquest-v0', 'Box([10, 10, 10], uint8)', 'Discrete(6)', null, null],
    ['MinAtar/Freeway-v1', 'Box([10, 10, 7], uint8)', 'Discrete(3)', null, null],
  ])('%s has the spaces, limit and threshold of the original', (id, observations, actions, limit, threshold) => {
    const { observationSpace, actionSpace, maxEpisodeSteps, rewardThreshold } = makeEnv(id).spec;
    expect([describeSpace(observationSpace), describeSpace(actionSpace)]).toEqual([observations, actions]);
    expect([maxEpisodeSteps, rewardThreshold]).toEqual([limit, threshold]);
  });

  it.each(settings)('%s: %s has a meaning, and a default that it takes', (_id, _name, { schema, default: standard, meaning }) => {
    expect(meaning).toMatch(/^\w.{3,130}[^.]$/);
    expect(takes(schema, standard)).toBe(true);
  });

  it.each(settings)('%s: %s out of its range is refused by name, with the range', (id, name, { schema }) => {
    const bad = outside(schema);
    const { accepts } = describeField(schema);
    expect(() => makeEnv(id, { [name]: bad })).toThrow(`makeEnv ${id}: ${name} must be ${accepts}, got ${JSON.stringify(bad)}. `);
  });

  it('sets the time limit and options', () => {
    expect(makeEnv('CartPole-v1', { maxEpisodeSteps: 7 }).spec.maxEpisodeSteps).toBe(7);
    expect(makeEnv('CartPole-v1', { maxEpisodeSteps: null }).spec.maxEpisodeSteps).toBeNull();
    const env = makeEnv('CartPole-v1', { suttonBartoReward: true });
    env.reset({ seed: 0 });
    expect(env.step(0).reward).toBe(0);
  });

  it('takes new environments, once', () => {
    const entry = {
      spec: { ...cartPoleV1, id: 'MyPole-v0' },
      summary: 'Mine.',
      create: (spec: typeof cartPoleV1) => new CartPole(spec),
    };
    registerEnv(entry);
    expect(makeEnv('MyPole-v0').spec.id).toBe('MyPole-v0');
    expect(() => registerEnv(entry)).toThrow('registerEnv: the id must be new, got "MyPole-v0". Choose another name or version.');
  });

  it('names the nearest environment and option', () => {
    expect(() => makeEnv('cartpole-v1')).toThrow('Did you mean CartPole-v1.');
    for (const [typed, meant] of [
      ['Pendulm', 'Pendulum-v1'],
      ['CartPol', 'CartPole-v1'],
      ['CartPole-v7', 'CartPole-v1'],
      ['walker2d', 'Walker2d-v5'],
      ['breakout', 'MinAtar/Breakout-v1'],
      ['minatar/breakout', 'MinAtar/Breakout-v1'],
      ['SpaceInvader-v0', 'MinAtar/SpaceInvaders-v0'],
    ])
      expect(() => makeEnv(typed)).toThrow(`got "${typed}". Did you mean ${meant}.`);
    expect(() => makeEnv('Qqqqqqqqqqqqqqqqqqqqqqqqqqqqq')).toThrow(/listEnvs/);
    expect(() => makeEnv('CartPole-v1', { suttonBartoRewards: true })).toThrow('Did you mean suttonBartoReward.');
    expect(() => makeEnv('CartPole-v1', { maxEpisodeStep: 9 })).toThrow('Did you mean maxEpisodeSteps.');
    expect(() => makeEnv('CartPole-v1', { suttonBartoReward: 1 })).toThrow(
      'makeEnv CartPole-v1: suttonBartoReward must be true or false, got 1. Its default is false.',
    );
    expect(() => makeEnv('CartPole-v1', { maxEpisodeSteps: 0 })).toThrow(/maxEpisodeSteps/);
  });
});
