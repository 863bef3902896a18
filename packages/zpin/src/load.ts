import type { Agent } from '@zpin/contracts';
import { createEngine, parseConfig, takeBack } from '@zpin/core';
import { files } from '#files';
import { actOnce } from './act-once.ts';
import { evaluateAgent } from './evaluate-agent.ts';
import type { LoadedAgent, LoadOptions } from './loaded-agent.ts';
import { libraryNames } from './message-names.ts';
import { checkSavedSpaces, openSavedEnv, savedAlgorithm, savedEnvFile } from './open-saved-run.ts';
import { isPolicyName } from './policy-name.ts';
import { loadPretrained } from './pretrained.ts';
import type { RunDescription } from './run-description.ts';
import { makeTrainee } from './start-training.ts';

/**
 * Loads the trained agent of a run folder, or a policy of `@zpin/policies` by its name, to act with it.
 *
 * ```ts
 * const { evaluate } = await load('hub:ppo/CartPole-v1');
 * console.log(await evaluate({ episodes: 100 }));
 * ```
 * @param path folder that `saveTo` or the command line made, or `hub:` and the name of a policy, which a browser tab can load too
 * @throws InputError when the folder is none of a run, or there is no such policy; CheckpointError when it is damaged
 */
export async function load(path: string, options: LoadOptions = {}): Promise<LoadedAgent> {
  const { names = libraryNames('load'), engine = 'auto', from = 'last' } = options;
  if (isPolicyName(path)) return loadPretrained(path, options, names);
  const saved = files.readSaved(path, names);
  const { description, path: folder } = saved;
  const algorithm = await savedAlgorithm(saved, options, names);
  const note = (await savedEnvFile(saved, options, names))?.note;
  // A replay memory of several gigabytes is not looked at.
  const { header, state } = saved.checkpoint(from, ['agent']);
  const { seed } = description;
  const open = (copies: number) => openSavedEnv(saved, { copies, purpose: 'evaluation' }, options, names);
  const env = await (options.openEnv ? options.openEnv(description) : open(1));
  checkSavedSpaces(names.where, header, env);
  const config = parseConfig(algorithm.config, description.config, saved.descriptionPath) as RunDescription['config'];
  const ready = typeof engine === 'object' ? engine : await createEngine(engine);
  const { agent } = await makeTrainee(algorithm, { spec: env.spec, config, seed, engine: ready });
  await takeBack(folder, () => agent.restore(state.agent as Parameters<Agent['restore']>[0]));
  return {
    ...{ description, algorithm, agent, env, spec: env.spec, folder, step: header.step, notes: note === undefined ? [] : [note] },
    act: (obs, isStart = false, actionMask) => actOnce(agent, env.spec, obs, isStart, actionMask),
    evaluate: evaluation => evaluateAgent(agent, open, seed, evaluation),
    policy: async () => agent.policy?.(),
    dispose() {
      agent.dispose();
      env.close();
    },
  };
}
