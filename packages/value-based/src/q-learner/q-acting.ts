import { flatSize, shareDone, valueAt } from '@zpin/contracts';
import { type Acting, type InputShape, maskedProgram, observationInput, program, unflattenParams } from '@zpin/core';
import { epsilonGreedy } from './epsilon-greedy.ts';
import type { QConfig } from './q-fields.ts';
import type { QLearner } from './q-learner.ts';
import { bestAction } from './q-network.ts';

/** Settings of exploration by random actions. */
export interface EpsilonConfig extends Pick<QConfig, 'epsilonStart' | 'epsilonEnd' | 'explorationFraction'> {
  /** Environment steps of random actions; 0 when omitted. */
  readonly learningStarts?: number;
}

/** What acting asks of a learner. */
export type QActor = Pick<QLearner, 'algorithm' | 'spec' | 'network' | 'values' | 'store' | 'actionRng'>;

/** Takes the best action, in both modes. */
export function greedyActing(learner: QActor): Acting {
  const best = bestProgram(learner, 'act');
  return {
    async act(obs, _mode, mask) {
      return (await best.for(mask)({ obs, ...(mask && { mask }) })).outputs.action;
    },
    dispose: () => best.dispose(),
  };
}

/** Explores by the noise of the network, if it has some, and by random actions with a probability that falls over the run. */
export function epsilonGreedyActing(learner: QActor, config: EpsilonConfig): Acting {
  const { spec, network, actionRng: rng } = learner;
  const { numActions, firstAction = 0, noiseSize, noiseKind } = network;
  const { epsilonStart: from, epsilonEnd: to, explorationFraction: end, learningStarts = 0 } = config;
  const schedule = { type: 'linear', from, to, end } as const;
  const exploit = greedyActing(learner);
  const isNoisy = noiseSize > 0 && noiseKind === 'normal';
  const best = isNoisy ? bestProgram(learner, 'explore', { noise: [noiseSize] }) : bestProgram(learner, 'act');
  const noise = new Float32Array(noiseSize);
  const obsSize = flatSize(spec.observationSpace);

  return {
    async act(obs, mode, mask, start, progress = { step: 0, totalSteps: 1 }) {
      if (mode === 'exploit') return exploit.act(obs, mode, mask, start);
      const greedy = async () => {
        const inputs = { obs, ...(isNoisy && { noise: rng.standardNormalInto(noise) }), ...(mask && { mask }) };
        return (await best.for(mask)(inputs)).outputs.action;
      };
      const epsilon = progress.step < learningStarts ? 1 : valueAt(schedule, shareDone(progress));
      const rows = obs.length / obsSize;
      return epsilonGreedy({ epsilon, numActions, firstAction, rows, rng, greedy, ...(mask && { mask }) });
    },
    dispose() {
      exploit.dispose();
      best.dispose();
    },
  };
}

/** The action of the largest value among legal ones, as a program. */
function bestProgram({ algorithm, spec, network, values, store }: QActor, name: string, noise: { noise?: InputShape } = {}) {
  return maskedProgram(network.numActions, mask =>
    program(store, {
      name: `${algorithm}.${name}`,
      inputs: { obs: observationInput(spec.observationSpace), ...mask, ...noise },
      run: ({ online }, { obs, mask, noise }) => {
        const output = network.apply(unflattenParams(network.layout, online), obs, noise);
        return { outputs: { action: bestAction(values(output), network, mask) } };
      },
    }),
  );
}
