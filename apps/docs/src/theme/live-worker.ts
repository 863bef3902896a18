import { onBeforeUnmount, type Ref, ref } from 'vue';
import type { LiveCommand, LiveReport } from '../live/live-messages.ts';

/** What the run of a page does at present. */
export type LivePhase = 'idle' | 'loading' | 'running' | 'paused' | 'done';

export interface LiveWorkerOptions<Report extends LiveReport> {
  /** Loads the worker. */
  open(): Worker;
  /** Takes what the worker reports; after an error, all is cleared already. */
  receive(report: Report): void;
  /** Forgets what the page shows of the last run. */
  clear(): void;
}

export interface LiveWorker<Settings, Told> {
  readonly phase: Readonly<Ref<LivePhase>>;
  /** What computes, and why, in a line; empty while nothing runs. */
  readonly engine: Readonly<Ref<string>>;
  /** Why the last run did not go on; empty when it did. */
  readonly problem: Readonly<Ref<string>>;
  /** Steps of the whole run; 1 before it begins. */
  readonly totalSteps: Readonly<Ref<number>>;
  /** Begins a run, or goes on with the one that was paused. */
  start(settings: Settings): void;
  pause(): void;
  /** Ends the run, and forgets it. */
  reset(): void;
  /** Tells the run something on its way; nobody hears it while there is none. */
  tell(told: Told): void;
}

/** Starts, pauses and ends the worker in which an agent of a page trains; it ends with the page. */
export function useLiveWorker<Settings, Report extends LiveReport, Told = never>({
  open,
  receive,
  clear,
}: LiveWorkerOptions<Report>): LiveWorker<Settings, Told> {
  const [phase, engine, problem, totalSteps] = [ref<LivePhase>('idle'), ref(''), ref(''), ref(1)];
  let worker: Worker | null = null;
  let isDone = false;
  onBeforeUnmount(() => worker?.terminate());

  function send(command: LiveCommand<Settings, Told>): void {
    worker?.postMessage(command);
  }

  function reset(): void {
    worker?.terminate();
    worker = null;
    isDone = false;
    phase.value = 'idle';
    problem.value = '';
    engine.value = '';
    totalSteps.value = 1;
    clear();
  }

  function fail(text: string): void {
    reset();
    problem.value = text;
  }

  function hear(report: Report): void {
    if (report.type === 'error') {
      fail(report.text);
      return;
    }
    if (report.type === 'ready') {
      engine.value = report.engine;
      totalSteps.value = report.totalSteps;
      if (phase.value === 'loading') phase.value = 'running';
    }
    if (report.type === 'done') {
      isDone = true;
      if (phase.value === 'running') phase.value = 'done';
    }
    receive(report);
  }

  return {
    ...{ phase, engine, problem, totalSteps, reset },
    start(settings) {
      if (phase.value === 'paused') {
        phase.value = isDone ? 'done' : 'running';
        send({ type: 'go on' });
        return;
      }
      reset();
      phase.value = 'loading';
      worker = open();
      worker.onmessage = ({ data }: MessageEvent<Report>) => hear(data);
      worker.onerror = event => fail(event.message || 'the worker could not be loaded');
      send({ type: 'start', settings });
    },
    pause() {
      phase.value = 'paused';
      send({ type: 'pause' });
    },
    tell: told => send({ type: 'tell', told }),
  };
}
