import type { Agent, EnvSpec, Policy, SpaceValue, VectorEnv } from '@zpin/contracts';
import {
  type AnyAlgorithm,
  createEngine,
  type Engine,
  type EngineChoice,
  type Evaluation,
  parseConfig,
  takeBack,
} from '@zpin/core';
import { files } from '#files';
import { actOnce } from './act-once.ts';
import { type EvaluateOptions, evaluateAgent } from './evaluate-agent.ts';
import { libraryNames, type MessageNames } from './message-names.ts';
import { checkSavedSpaces, openSavedEnv, savedAlgorithm, savedEnvFile } from './open-saved-run.ts';
import type { RunDescription } from './run-description.ts';
import type { OwnParts } from './run-options.ts';
import type { SavedMoment } from './run-store.ts';
import { makeTrainee } from './start-training.ts';

export interface LoadOptions extends OwnParts {
  /** What computes: a name, or an engine of `createEngine`; the fastest that is there when omitted. */
  readonly engine?: EngineChoice | Engine;
  /**
   * Which agent of the run: that of the `best` evaluation while it trained, or of the step of a checkpoint that `keepCheckpoints`
   * left. The last one when omitted.
   */
  readonly from?: SavedMoment;
  /** How errors call things; as the library does when omitted. */
  readonly names?: MessageNames;
  /** Makes the environment that the agent shall act in, instead of one copy of its own. */
  openEnv?(description: RunDescription): Promise<VectorEnv>;
}

/** A trained agent, as a checkpoint left it. */
export interface LoadedAgent {
  readonly description: RunDescription;
  readonly algorithm: AnyAlgorithm;
  readonly agent: Agent;
  /** An environment made for it. */
  readonly env: VectorEnv;
  readonly spec: EnvSpec;
  /** The run folder, absolute. */
  readonly folder: string;
  /** Steps of training behind it. */
  readonly step: number;
  /** What the user should know, such as that the file of the environment has changed. */
  readonly notes: readonly string[];
  /** As `TrainingRun.act`. */
  act(obs: SpaceValue, isStart?: boolean, actionMask?: Uint8Array): Promise<SpaceValue>;
  /** Plays whole episodes with the greedy policy, in an environment of their own. */
  evaluate(options?: EvaluateOptions): Promise<Evaluation>;
  /** The greedy policy as plain data; undefined where it is no pure function of the observation. */
  policy(): Promise<Policy | undefined>;
  /** Frees what the engine holds, and closes the environment. */
  dispose(): void;
}

/**
 * Loads the trained agent of a run folder, to act with it.
 * @param path folder that `saveTo` or the command line made
 * @throws InputError when the folder is none of a run; CheckpointError when it is damaged
 */
export async function load(path: string, options: LoadOptions = {}): Promise<LoadedAgent> {
  const { names = libraryNames('load'), engine = 'auto', from = 'last' } = options;
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
