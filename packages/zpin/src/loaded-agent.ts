import type { Agent, EnvSpec, Policy, SpaceValue, VectorEnv } from '@zpin/contracts';
import type { AnyAlgorithm, Engine, EngineChoice, Evaluation } from '@zpin/core';
import type { EvaluateOptions } from './evaluate-agent.ts';
import type { MessageNames } from './message-names.ts';
import type { RunDescription } from './run-description.ts';
import type { OwnParts } from './run-options.ts';
import type { SavedMoment } from './run-store.ts';

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

/** An agent that is there to act: what it learned with may be gone. */
export type LoadedActor = Omit<Agent, 'state' | 'restore' | 'cut'>;

/** A trained agent, as a checkpoint left it. */
export interface LoadedAgent {
  readonly description: RunDescription;
  readonly algorithm: AnyAlgorithm;
  readonly agent: LoadedActor;
  /** An environment made for it. */
  readonly env: VectorEnv;
  readonly spec: EnvSpec;
  /** The run folder, absolute; the name of a policy of `@zpin/policies`. */
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
