import { encodePolicy } from '@zpin/core';
import { listPolicies, pretrainedPolicy } from '@zpin/policies';
import { describe, expect, it } from 'vitest';
import { catalogSource, dataSource } from '../src/lib/policies/policy-sources.ts';
import { recipes } from '../src/lib/policies/recipes.ts';
import { trainPolicy } from '../src/lib/policies/train-policy.ts';

// Seconds alone, minutes on a machine that has much else to do.
describe('policies of the package', { timeout: 600_000 }, () => {
  it('have a recipe each, and come to what it asks', () => {
    const asked = new Map(recipes.map(({ algorithm, env, atLeast }) => [`${algorithm}/${env}`, atLeast]));
    for (const { id, meanReturn } of listPolicies()) expect(meanReturn, id).toBeGreaterThanOrEqual(asked.get(id) as number);
  });

  it.each(['q-learning/CliffWalking-v1', 'ppo/CartPole-v1'])('%s is trained anew to the same bytes', async id => {
    const recipe = recipes.find(({ algorithm, env }) => id === `${algorithm}/${env}`);
    if (!recipe) throw new Error('no recipe');
    const told: string[] = [];
    const { info, bytes } = await trainPolicy(recipe, line => told.push(line));
    const { policy, info: known } = await pretrainedPolicy(id);
    expect({ ...info, date: known.date, version: known.version }).toEqual(known);
    expect(Buffer.from(bytes).equals(Buffer.from(encodePolicy(policy)))).toBe(true);
    expect(told).toEqual([`${recipe.algorithm} on ${recipe.env}, seed ${info.seed}: ${info.meanReturn}`]);
  });

  it('are written as modules that give back what was put in', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const { policy } = await import(`data:text/javascript,${encodeURIComponent(dataSource(bytes))}`);
    expect(Uint8Array.from(atob(policy as string), character => character.charCodeAt(0))).toEqual(bytes);
    const [info] = listPolicies();
    expect(catalogSource([info])).toContain(`[${JSON.stringify(info)}, () => import('#data/${info.id}')],`);
  });
});
