import { isDeepStrictEqual } from 'node:util';
import { flagText } from '@zpin/contracts';
import { meanAndBand, type PlotLine } from '@zpin/plot';
import type { RunDescription, RunEvent } from 'zpin';

/** What can be drawn of any run, beside the metrics of its updates. */
export const MEASURES = {
  return: 'return of training episodes',
  length: 'steps of training episodes',
  success: 'success rate of training episodes',
  evaluation: 'mean return of greedy episodes',
} as const;

/** Before the names of what infos of episodes tell. */
const INFO = 'info/';

/** A run as it is compared with others. */
export interface ComparedRun {
  readonly description: RunDescription;
  /** In their order; passed over several times. */
  readonly events: Iterable<RunEvent>;
}

/** What an event says about a measure, or about a metric of updates; nothing where it says nothing. */
export function measured(event: RunEvent, measure: string): number | undefined {
  if (event.type === 'episode') {
    if (measure === 'return') return event.episodeReturn;
    if (measure === 'length') return event.episodeLength;
    if (measure === 'success' && event.success !== undefined) return Number(event.success);
    return measure.startsWith(INFO) ? event.info?.[measure.slice(INFO.length)] : undefined;
  }
  if (event.type === 'eval') {
    const { returns } = event;
    return measure === 'evaluation' ? returns.reduce((sum, value) => sum + value, 0) / returns.length : undefined;
  }
  return event.type === 'update' && !(measure in MEASURES) ? event.metrics[measure] : undefined;
}

/** Tells everything that an event says, measure by measure, with values as `measured` has them. */
export function tellMeasures(event: RunEvent, tell: (measure: string, value: number) => void): void {
  if (event.type === 'episode') {
    tell('return', event.episodeReturn);
    if (event.episodeLength !== undefined) tell('length', event.episodeLength);
    if (event.success !== undefined) tell('success', Number(event.success));
    for (const name in event.info) tell(INFO + name, event.info[name]);
  } else if (event.type === 'eval') {
    tell('evaluation', event.returns.reduce((sum, value) => sum + value, 0) / event.returns.length);
  } else if (event.type === 'update') {
    for (const name in event.metrics) if (!(name in MEASURES)) tell(name, event.metrics[name]);
  }
}

/** In the order in which they are told of: what any run has, what infos tell, metrics of updates. */
export function orderedMeasures(names: Iterable<string>): string[] {
  const all = [...new Set(names)];
  const known = Object.keys(MEASURES);
  const isInfo = (name: string) => name.startsWith(INFO);
  const others = all.filter(name => !known.includes(name));
  return [
    ...known.filter(name => all.includes(name)),
    ...others.filter(isInfo).sort(),
    ...others.filter(name => !isInfo(name)).sort(),
  ];
}

/** What a run says about a measure: whether anything, and to which step it comes. */
export function reachOf({ events }: ComparedRun, measure: string): { readonly isMeasured: boolean; readonly lastStep: number } {
  let isMeasured = false;
  let lastStep = 0;
  for (const event of events) {
    isMeasured ||= measured(event, measure) !== undefined;
    lastStep = event.step;
  }
  return { isMeasured, lastStep };
}

/** Names of everything that can be drawn of a run. */
export function measuresOf({ events }: ComparedRun): string[] {
  const found = new Set<string>();
  for (const event of events) tellMeasures(event, name => found.add(name));
  return orderedMeasures(found);
}

/**
 * Means of a run over the intervals that end at `ends`. An interval without a value keeps the one before it; before the first
 * value, and after the end of the run, there is `null`.
 * @param ends environment steps, rising
 */
export function runCurve({ events }: ComparedRun, measure: string, ends: readonly number[]): (number | null)[] {
  const sums = new Float64Array(ends.length);
  const counts = new Float64Array(ends.length);
  const lastEnd = ends.at(-1) ?? 0;
  let lastStep = 0;
  for (const event of events) {
    lastStep = Math.max(lastStep, event.step);
    const value = measured(event, measure);
    if (value === undefined) continue;
    const k = Math.min(ends.length - 1, Math.max(0, Math.ceil((event.step / lastEnd) * ends.length) - 1));
    sums[k] += value;
    counts[k]++;
  }
  let last: number | null = null;
  return ends.map((_, k) => {
    if (counts[k] > 0) last = sums[k] / counts[k];
    const begin = k === 0 ? 0 : ends[k - 1];
    return begin < lastStep ? last : null;
  });
}

/** What runs differ in beside settings and options: options of those names get a prefix. */
const OWN_NAMES = ['algorithm', 'env', 'file', 'curriculum', 'her', 'dataset', 'steps'];

/**
 * Everything that makes a run another one than its seed does, of an environment from a file what the file held, wherever it lies. Schedules hang on the
 * steps that were planned.
 */
function settingsOf({
  algorithm,
  env,
  envFile,
  envOptions = {},
  curriculum,
  her = 'none',
  dataset = 'none',
  steps,
  scheduledSteps = steps,
  config,
}: RunDescription): Record<string, unknown> {
  const options = Object.entries(envOptions).map(([name, value]) => [OWN_NAMES.includes(name) ? `env.${name}` : name, value]);
  return {
    ...{ algorithm, env, file: envFile?.sha256.slice(0, 8) ?? 'none', ...Object.fromEntries(options) },
    ...{ curriculum: curriculum ?? 'none', her, dataset, steps: scheduledSteps, ...config },
  };
}

/**
 * Runs of equal settings together, in the order in which they were given. The same seed once more is the same run, which would narrow
 * the band without telling anything: it begins a group of its own.
 */
export function groupRuns<Run extends ComparedRun>(runs: readonly Run[]): Run[][] {
  const groups: { readonly settings: object; readonly seeds: Set<number>; readonly runs: Run[] }[] = [];
  for (const run of runs) {
    const { seed } = run.description;
    const settings = settingsOf(run.description);
    const found = groups.find(group => !group.seeds.has(seed) && isDeepStrictEqual(group.settings, settings));
    const group = found ?? { settings, seeds: new Set(), runs: [] };
    if (!found) groups.push(group);
    group.seeds.add(seed);
    group.runs.push(run);
  }
  return groups.map(group => group.runs);
}

/** A name for each group: what the others do not have in common with it, the algorithm at least. No name stands twice. */
export function groupNames(groups: readonly (readonly ComparedRun[])[]): string[] {
  const settings = groups.map(([first]) => settingsOf(first.description));
  const common = (name: string) => settings.every(each => isDeepStrictEqual(each[name], settings[0]?.[name]));
  const severalAlgorithms = !common('algorithm');
  const times = new Map<string, number>();
  return settings.map(each => {
    const differing = Object.keys(each).filter(name => {
      if (name === 'algorithm' || name === 'env' || common(name)) return false;
      // Of two algorithms, settings differ anyway; what tells runs of one algorithm apart is what counts.
      const peers = settings.filter(other => other.algorithm === each.algorithm);
      return !severalAlgorithms || peers.some(peer => !isDeepStrictEqual(peer[name], each[name]));
    });
    const where = common('env') ? '' : ` on ${each.env}`;
    const what = differing.map(name => `${name}=${valueText(each[name])}`).join(' ');
    const name = `${each.algorithm}${where}${what && `, ${what}`}`;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return time === 1 ? name : `${name} #${time}`;
  });
}

/** A value in a legend, where a curriculum has no room. */
function valueText(value: unknown): string {
  const isCurriculum = typeof value === 'object' && value !== null && 'levels' in value && Array.isArray(value.levels);
  return isCurriculum ? `${(value.levels as unknown[]).length} levels` : flagText(value);
}

/** Share of the runs of a group that must have come so far: one that was stopped early does not end the line of all. */
const ENOUGH = 0.5;

/** Lines of a plot: the mean over the runs of a group, with a band of one standard deviation. */
export function groupLines(groups: readonly (readonly ComparedRun[])[], measure: string, ends: readonly number[]): PlotLine[] {
  const names = groupNames(groups);
  return groups.map((runs, i) => {
    const seeds = runs.length === 1 ? '' : ` (${runs.length} runs)`;
    return meanAndBand(
      `${names[i]}${seeds}`,
      runs.map(run => runCurve(run, measure, ends)),
      ENOUGH,
    );
  });
}
