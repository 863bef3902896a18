import { type Agent, InputError, type MakeReplay, type MaybePromise, message } from '@zpin/contracts';
import type { AnyAlgorithm, CreateOptions, TrainEvent, TrainOptions, TrainSummary, TransitionData } from '@zpin/core';

/** What a run of any regime is made of. */
export type TrainingOptions = Omit<TrainOptions, 'agent'> & {
  readonly makeReplay?: MakeReplay | undefined;
  readonly dataset?: TransitionData | undefined;
};

/** An agent together with the only thing that can train it: the algorithm that made it. */
export interface Trainee {
  readonly agent: Agent;
  train(options: TrainingOptions): AsyncGenerator<TrainEvent, TrainSummary>;
}

/** Makes an agent of an algorithm of any regime. */
export async function makeTrainee(algorithm: AnyAlgorithm, options: CreateOptions<unknown>): Promise<Trainee> {
  switch (algorithm.learnsFrom) {
    case 'rollouts':
      return pair(algorithm.create(options), agent => rest => algorithm.train({ ...plain(rest), agent }));
    case 'steps':
      return pair(algorithm.create(options), agent => rest => algorithm.train({ ...plain(rest), agent }));
    case 'replay':
      return pair(
        algorithm.create(options),
        agent =>
          ({ makeReplay, ...rest }) =>
            algorithm.train({ ...plain(rest), agent, ...(makeReplay && { makeReplay }) }),
      );
    case 'dataset':
      return pair(algorithm.create(options), agent => ({ dataset, ...rest }) => {
        if (dataset) return algorithm.train({ ...plain(rest), agent, dataset });
        const remedy = 'Pass one, such as collectDataset, recordTransitions or loadDataset give';
        throw new InputError(message(algorithm.id, 'there must be a data set', 'none', remedy));
      });
  }
}

async function pair<A extends Agent>(making: MaybePromise<A>, trainOf: (agent: A) => Trainee['train']): Promise<Trainee> {
  const agent = await making;
  return { agent, train: trainOf(agent) };
}

/** The options that every regime takes. */
function plain({ makeReplay: _, dataset: __, ...options }: TrainingOptions): Omit<TrainOptions, 'agent'> {
  return options;
}
