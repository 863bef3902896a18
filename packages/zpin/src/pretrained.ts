import { checkSameSpaces, InputError, message, type VectorEnv } from '@zpin/contracts';
import { createEngine, policyActor } from '@zpin/core';
import { actOnce } from './act-once.ts';
import { loadAlgorithm } from './algorithms.ts';
import { openEnv } from './environment.ts';
import { evaluateAgent } from './evaluate-agent.ts';
import type { LoadedAgent, LoadOptions } from './loaded-agent.ts';
import type { MessageNames } from './message-names.ts';
import { POLICY_PREFIX } from './policy-name.ts';
import type { RunDescription } from './run-description.ts';

/**
 * A policy of `@zpin/policies` in the place of a run folder: it acts, and can no longer learn.
 * @param name such as `hub:ppo/CartPole-v1`
 * @throws InputError when there is no such policy, or an option is given that only run folders have
 */
export async function loadPretrained(name: string, options: LoadOptions, names: MessageNames): Promise<LoadedAgent> {
  refuseRunOptions(name, options, names);
  const { pretrainedPolicy } = await import('@zpin/policies');
  const { info, policy } = await pretrainedPolicy(name.slice(POLICY_PREFIX.length), names);
  const { algorithm: id, env: envId, envOptions, seed, steps } = info;
  const algorithm = await loadAlgorithm(id, names.where);
  const description: RunDescription = { algorithm: id, env: envId, envOptions, seed, steps, config: policy.config };
  const open = (copies: number) => openEnv({ id: envId, copies, settings: envOptions, purpose: 'evaluation' }, names);
  const env: VectorEnv = await (options.openEnv ? options.openEnv(description) : open(1));
  checkSameSpaces(names.where, policy.spec, env.spec);
  const { engine = 'auto' } = options;
  const ready = typeof engine === 'object' ? engine : await createEngine(engine);
  const actor = policyActor(policy, { algorithms: [algorithm], engine: ready });
  const agent = { ...actor, algorithm: id, config: policy.config, policy: () => policy };
  return {
    ...{ description, algorithm, agent, env, spec: env.spec, folder: name, step: steps, notes: [] },
    act: (obs, isStart = false, actionMask) => actOnce(agent, env.spec, obs, isStart, actionMask),
    evaluate: evaluation => evaluateAgent(agent, open, seed, evaluation),
    policy: async () => policy,
    dispose() {
      actor.dispose();
      env.close();
    },
  };
}

function refuseRunOptions(name: string, { from, env, algorithm }: LoadOptions, { where, option }: MessageNames): void {
  const given = Object.entries({
    [option(from === 'best' ? 'best' : 'fromStep')]: from === undefined || from === 'last' ? undefined : from,
    [option('env')]: env,
    algorithm,
  }).find(([, value]) => value !== undefined);
  if (!given) return;
  throw new InputError(message(where, `${given[0]} goes with a run folder`, name, 'Leave it out: the policy has but one form'));
}
