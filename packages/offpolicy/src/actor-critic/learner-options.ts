import type { EnvSpec } from '@zpin/contracts';
import type { Engine, VectorTree } from '@zpin/core';
import type { Critics } from '../critics/critics.ts';

/** What a learner is made from. */
export interface LearnerOptions<Config, Actor, Extra extends VectorTree> {
  /** Named in programs. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly config: Config;
  readonly seed: number;
  readonly engine: Engine;
  readonly actor: Actor;
  readonly critic: Critics;
  /** First values of more vectors of the store; none when omitted. */
  readonly extra?: Extra;
}
