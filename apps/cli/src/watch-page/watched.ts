import { computed, type InjectionKey, inject, reactive, ref, shallowRef } from 'vue';
import type { RunEntry, RunsMessage } from '../watch/messages.ts';
import { ask, repeatedly } from './ask.ts';
import { lineStyle } from './colours.ts';
import { commonPrefix } from './common-prefix.ts';

/** Milliseconds between two looks at the runs. */
const PAUSE = 1000;

/** A line of every chart, and the runs that it is the mean of. */
export interface Shown {
  readonly name: string;
  readonly runs: readonly RunEntry[];
  readonly colour: string;
  readonly dash: readonly number[];
}

/** What all parts of the page share: the runs as they are, and what the user chose to see. */
export function watchRuns() {
  const message = shallowRef<RunsMessage | null>(null);
  const trouble = ref('');
  const choice = reactive({ smoothing: 0.3, byGroup: true, filter: '', hidden: new Set<string>(), current: '' });
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = ref(dark.matches);
  dark.addEventListener('change', ({ matches }) => {
    isDark.value = matches;
  });
  const runs = computed(() => message.value?.runs ?? []);
  /** Groups of runs of equal settings where they are drawn together, else each run alone; colours stay when runs are hidden. */
  const lines = computed<Shown[]>(() => {
    const groups = message.value?.groups ?? [];
    const sets = choice.byGroup ? groups.map((_, k) => runs.value.filter(run => run.group === k)) : runs.value.map(run => [run]);
    return sets.map((set, k) => ({ ...lineStyle(k, isDark.value), runs: set, name: choice.byGroup ? groups[k] : set[0].name }));
  });
  const isShown = ({ id }: RunEntry) => !choice.hidden.has(id);
  const shownLines = computed(() => lines.value.map(line => ({ ...line, runs: line.runs.filter(isShown) })));
  /** Steps at the right edge of every chart. */
  const end = computed(() => Math.max(1, ...runs.value.filter(isShown).map(({ step }) => step)));
  /** What stands before the names of all runs, up to the end of a word. */
  const prefix = computed(() => commonPrefix(runs.value.map(({ name }) => name)));
  const current = computed(() => runs.value.find(({ id }) => id === choice.current) ?? runs.value[0]);
  const stop = repeatedly(async () => {
    try {
      message.value = await ask<RunsMessage>('runs');
      trouble.value = '';
    } catch {
      trouble.value = 'zpin watch does not answer: it has ended, or is busy. What is shown is from before.';
    }
  }, PAUSE);
  return { message, trouble, choice, isDark, runs, lines, shownLines, isShown, end, prefix, current, stop };
}

export type Watched = ReturnType<typeof watchRuns>;

export const WATCHED: InjectionKey<Watched> = Symbol('watched');

export function useWatched(): Watched {
  const watched = inject(WATCHED);
  if (!watched) throw new Error('useWatched: the page must provide the runs, got nothing.');
  return watched;
}
