/** From a page to its worker. @typeParam Told what a page tells a run that goes on */
export type LiveCommand<Settings, Told = never> =
  | { readonly type: 'start'; readonly settings: Settings }
  | { readonly type: 'pause' | 'go on' }
  | { readonly type: 'tell'; readonly told: Told };

/** How far a run is. */
export interface RunProgress {
  readonly step: number;
  /** Spent on training, pauses left out. */
  readonly seconds: number;
  /** Environment step at the end and return, two numbers per episode since the last report. */
  readonly episodes: Float32Array;
}

/** From a worker to its page. @typeParam Shown what a page shows beside the curve @typeParam Result what is known at the end */
export type LiveReport<Shown = unknown, Result = unknown> =
  /** The run begins. */
  | { readonly type: 'ready'; readonly engine: string; readonly totalSteps: number }
  | ({ readonly type: 'progress' } & RunProgress & Shown)
  /** All steps are done. */
  | ({ readonly type: 'done' } & Result)
  | { readonly type: 'error'; readonly text: string };
