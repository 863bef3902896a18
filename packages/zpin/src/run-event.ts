import type { EnvParameters } from '@zpin/contracts';
import type { TrainEvent, TrainState } from '@zpin/core';

/** Training has come to another level. */
export interface LevelEvent {
  readonly type: 'level';
  readonly step: number;
  /** From 0 on; as many as there are levels when the environment is that of the run. */
  readonly level: number;
  readonly levels: number;
  /** Settings in place of those of the run. */
  readonly parameters: EnvParameters;
}

/** An event of a run: as the training loops tell it, with the metrics of updates read. */
export type RunEvent =
  | Exclude<TrainEvent, { type: 'update' | 'checkpoint' }>
  | LevelEvent
  | {
      readonly type: 'update';
      readonly step: number;
      readonly updates: number;
      readonly metrics: Readonly<Record<string, number>>;
    }
  | {
      readonly type: 'checkpoint';
      readonly step: number;
      /** From which the run can go on, bit for bit. */
      readonly state: TrainState;
      /** The file that holds it, where the run is saved. */
      readonly path?: string;
    };
