import type { TrainEvent, TrainState } from '@zpin/core';

/** An event of a run: as the training loops tell it, with the metrics of updates read. */
export type RunEvent =
  | Exclude<TrainEvent, { type: 'update' | 'checkpoint' }>
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
