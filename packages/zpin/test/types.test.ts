import type { TrainOptions, TransitionData } from '@zpin/core';
import { bc, cql } from '@zpin/offline';
import { sac } from '@zpin/offpolicy';
import { ppo } from '@zpin/onpolicy';
import { dqn, qLearning } from '@zpin/value-based';
import { expect, it } from 'vitest';

type AgentOf<A extends { create(options: never): unknown }> = Awaited<ReturnType<A['create']>>;

/** Takes code that is compiled and never run. */
const compiled = (_: () => unknown) => undefined;
const options = {} as Omit<TrainOptions, 'agent'>;
const dataset = {} as TransitionData;
const agents = {} as {
  readonly ppo: AgentOf<typeof ppo>;
  readonly sac: AgentOf<typeof sac>;
  readonly dqn: AgentOf<typeof dqn>;
  readonly bc: AgentOf<typeof bc>;
  readonly table: AgentOf<typeof qLearning>;
};

it('what is trained has the regime of what trains it, or does not compile', () => {
  compiled(() => ppo.train({ ...options, agent: agents.ppo }));
  compiled(() => sac.train({ ...options, agent: agents.sac, makeReplay: () => ({}) as never }));
  compiled(() => bc.train({ ...options, agent: agents.bc, dataset }));
  compiled(() => qLearning.train({ ...options, agent: agents.table }));
  // @ts-expect-error: an agent that learns from rollouts.
  compiled(() => sac.train({ ...options, agent: agents.ppo }));
  // @ts-expect-error: an agent that learns from a replay memory.
  compiled(() => ppo.train({ ...options, agent: agents.dqn }));
  // @ts-expect-error: a table learns from each step.
  compiled(() => dqn.train({ ...options, agent: agents.table }));
  // @ts-expect-error: an agent that learns from data alone does not play.
  compiled(() => dqn.train({ ...options, agent: agents.bc }));
  // @ts-expect-error: PPO plays for itself.
  compiled(() => ppo.train({ ...options, agent: agents.ppo, dataset }));
  // @ts-expect-error: nor has it a replay memory.
  compiled(() => ppo.train({ ...options, agent: agents.ppo, makeReplay: () => ({}) as never }));
  // @ts-expect-error: without data there is nothing to learn from.
  compiled(() => cql.train({ ...options, agent: agents.bc }));
  expect([ppo, sac, bc, qLearning].map(({ learnsFrom }) => learnsFrom)).toEqual(['rollouts', 'replay', 'dataset', 'steps']);
});
