import { describe, expect, it } from 'vitest';
import { type Candidate, lineSearch } from './line-search.ts';

const options = { maxKl: 0.01, steps: 4, shrink: 0.5 };

/** A search over candidates by number of the try, with the fractions that it asked for. */
async function search(candidates: readonly Candidate[], overrides: Partial<typeof options> = {}) {
  const asked: number[] = [];
  const found = await lineSearch(
    async fraction => {
      asked.push(fraction);
      return candidates[asked.length - 1];
    },
    { ...options, ...overrides },
  );
  return { ...found, asked };
}

const good = { improvement: 0.1, kl: 0.005 };
const worse = { improvement: -0.1, kl: 0.005 };
const tooFar = { improvement: 0.1, kl: 0.011 };

describe('the line search', () => {
  it('takes the whole step when it is good, and asks no more', async () => {
    expect(await search([good])).toEqual({ ...good, fraction: 1, tries: 1, asked: [1] });
  });

  it('shrinks past candidates that are worse or too far', async () => {
    expect(await search([tooFar, worse, good])).toEqual({ ...good, fraction: 0.25, tries: 3, asked: [1, 0.5, 0.25] });
  });

  it('takes a divergence of exactly the limit, but no objective that is only as good', async () => {
    const same = { improvement: 0, kl: 0 };
    const limit = { improvement: 1e-9, kl: 0.01 };
    expect(await search([same, limit])).toMatchObject({ fraction: 0.5, ...limit });
  });

  it.each([
    ['worse', worse],
    ['too far', tooFar],
    ['not a number', { improvement: Number.NaN, kl: 0 }],
    ['of no finite divergence', { improvement: 1, kl: Number.NaN }],
  ])('fails with fraction 0 when every candidate is %s', async (_what, candidate) => {
    const found = await search([candidate, candidate, candidate, candidate]);
    expect(found).toEqual({ improvement: 0, kl: 0, fraction: 0, tries: 4, asked: [1, 0.5, 0.25, 0.125] });
  });
});
