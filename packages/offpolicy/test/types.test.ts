import type { OffPolicyAgent } from '@zpin/contracts';
import type { ReplayTrainOptions, TransitionData } from '@zpin/core';
import { describe, expectTypeOf, it } from 'vitest';
import { type SacConfig, sac } from '../src/sac.ts';
import { type Td3Config, td3 } from '../src/td3.ts';

type Run<Config> = ReplayTrainOptions<OffPolicyAgent<Config>>;

// The compiler checks what stands here; nothing of it is run.
describe('the types of a run', () => {
  it('take the agent of the algorithm alone', () => {
    expectTypeOf(sac.train).parameter(0).toEqualTypeOf<Run<SacConfig>>();
    const mixUp = (sacRun: Run<SacConfig>, td3Run: Run<Td3Config>) => {
      sac.train(sacRun);
      td3.train(td3Run);
      // @ts-expect-error An agent of TD3 has no temperature to learn.
      sac.train(td3Run);
      // @ts-expect-error An agent of SAC has no delay of its policy.
      td3.train(sacRun);
    };
    expectTypeOf(mixUp).returns.toBeVoid();
  });

  it('take no data set', () => {
    const onData = (run: Run<SacConfig>, dataset: TransitionData) => {
      // @ts-expect-error SAC learns from what it plays.
      sac.train({ ...run, dataset });
    };
    expectTypeOf(onData).returns.toBeVoid();
  });

  it('know the settings of the agent that was made', () => {
    expectTypeOf(sac.create).returns.resolves.toEqualTypeOf<OffPolicyAgent<SacConfig>>();
    // @ts-expect-error The step size has two names, one for the critics and one for the policy.
    expectTypeOf<SacConfig>().toHaveProperty('learningRate');
  });
});
