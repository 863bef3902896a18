import type { VectorEnv } from '@zpin/contracts';
import type { AnyAlgorithm, BestEvaluation, Engine } from '@zpin/core';
import type { CurriculumProgress } from './curriculum.ts';
import type { EnvPurpose } from './environment.ts';
import type { Recording } from './recording.ts';
import type { RunDescription } from './run-description.ts';
import type { RunStore } from './run-store.ts';
import type { Trainee, TrainingOptions } from './start-training.ts';

/** Everything that a run consists of. */
export interface RunParts {
  readonly description: RunDescription;
  readonly algorithm: AnyAlgorithm;
  readonly trainee: Trainee;
  readonly engine: Engine;
  readonly options: TrainingOptions;
  /** Copies of the environment. */
  openEnv(copies: number, purpose?: EnvPurpose): Promise<VectorEnv> | VectorEnv;
  /** Where it is saved; nowhere when null. */
  readonly store: RunStore | null;
  /** Gives the folder free for other processes; null where there is none. */
  readonly release: (() => void) | null;
  /** Whether the folder is needed after training too, until `dispose`. */
  readonly concludes: boolean;
  /** Whether it keeps the agent of its best evaluation. */
  readonly keepsBest: boolean;
  /** Where it goes on from. */
  readonly resume: ResumePoint | null;
  /** All that training plays, where it is recorded. */
  readonly recording?: Recording;
  /** Where it is in its curriculum, where it has one. */
  readonly curriculum?: CurriculumProgress;
  /** What the user should know before it goes on. */
  readonly notes?: readonly string[];
  /** Stops it from outside its loop; the signal of its options hears of it. */
  readonly stopping: AbortController;
  /** Milliseconds since any fixed time. */
  now(): number;
}

/** The state that a run goes on from. */
interface ResumePoint {
  readonly step: number;
  readonly wallSeconds: number;
  /** Episodes that were over. */
  readonly episodes: number;
  readonly best: BestEvaluation | null;
  /**
   * Lets go of the state in the options, once training has taken it back: as the replay memory is overwritten, what it held would
   * stay in memory.
   */
  forget(): void;
}
