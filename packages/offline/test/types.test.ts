import type { OfflineAgent } from '@zpin/contracts';
import type { DatasetTrainOptions } from '@zpin/core';
import { describe, expectTypeOf, it } from 'vitest';
import { type BcqConfig, bcq } from '../src/bcq.ts';
import { type CqlConfig, cql } from '../src/cql.ts';

type Run<Config> = DatasetTrainOptions<OfflineAgent<Config>>;

// The compiler checks what stands here; nothing of it is run.
describe('the types of a run', () => {
  it('ask for a data set', () => {
    expectTypeOf(cql.train).parameter(0).toEqualTypeOf<Run<CqlConfig>>();
    const withoutData = ({ dataset: _, ...run }: Run<CqlConfig>) => {
      // @ts-expect-error There is nothing to learn from.
      cql.train(run);
    };
    expectTypeOf(withoutData).returns.toBeVoid();
  });

  it('take the agent of the algorithm alone', () => {
    const mixUp = (run: Run<BcqConfig>) => {
      bcq.train(run);
      // @ts-expect-error An agent of BCQ has no temperature to learn.
      cql.train(run);
    };
    expectTypeOf(mixUp).returns.toBeVoid();
  });
});
