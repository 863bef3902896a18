import type { TrainingRun } from 'zpin';
import type { LiveCommand, LiveReport, RunProgress } from './live-messages.ts';
import { macrotask } from './macrotask.ts';
import { Pause } from './pause.ts';

/** The page of a worker, as the worker sees it. */
export interface Page<Report extends LiveReport> {
  /** The gate that its commands `pause` and `go on` close and open. */
  readonly pause: Pause;
  /** Sends it a report. @param transfer handed over, not copied */
  report(message: Report, transfer?: Transferable[]): void;
}

/**
 * Takes the commands of the page of this worker. What goes wrong in a run is reported as an `error`.
 * @param start trains, from the command `start` on @param hear what the page tells on the way
 */
export function servePage<Report extends LiveReport, Settings, Told = never>(
  start: (settings: Settings) => Promise<void>,
  hear: (told: Told) => void = () => {},
): Page<Report> {
  const scope = self;
  const pause = new Pause();
  const send = (message: LiveReport, transfer: Transferable[] = []) => scope.postMessage(message, { transfer });
  scope.onmessage = ({ data }: MessageEvent<LiveCommand<Settings, Told>>) => {
    if (data.type === 'tell') hear(data.told);
    else if (data.type !== 'start') pause.set(data.type === 'pause');
    else
      start(data.settings).catch(error => send({ type: 'error', text: error instanceof Error ? error.message : String(error) }));
  };
  return { pause, report: send };
}

export interface ShownTraining {
  readonly pause: Pause;
  /** Milliseconds between two reports; a turn is then left to the page's messages. */
  readonly reportEvery: number;
  /** Tells the page how far it is. @param spent milliseconds of training since the last report */
  tell(progress: RunProgress, spent: number): Promise<void>;
}

/** Trains to the end of the run, telling the page how far it is. @returns seconds of training */
export async function trainShown(run: TrainingRun, { pause, reportEvery, tell }: ShownTraining): Promise<number> {
  const { steps } = run.description;
  let episodes: number[] = [];
  let trained = 0;
  let since = performance.now();
  for await (const event of run.events()) {
    if (event.type === 'episode') episodes.push(event.step, event.episodeReturn);
    // Who learns from data plays only when it is evaluated.
    if (event.type === 'eval') for (const episodeReturn of event.returns) episodes.push(event.step, episodeReturn);
    const isLast = event.step >= steps && event.type === 'checkpoint';
    const spent = performance.now() - since;
    if ((event.type !== 'step' || spent < reportEvery) && !isLast) continue;
    trained += spent;
    await tell({ step: event.step, seconds: trained / 1000, episodes: Float32Array.from(episodes) }, spent);
    episodes = [];
    await macrotask();
    await pause.passed();
    since = performance.now();
  }
  return trained / 1000;
}

/** Goes on showing what a run has learned, for ever. @param every milliseconds between two reports */
export async function showLearned(pause: Pause, every: number, show: () => Promise<void>): Promise<never> {
  for (;;) {
    await pause.passed();
    await show();
    await new Promise(resolve => setTimeout(resolve, every));
  }
}
