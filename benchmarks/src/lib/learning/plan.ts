import type { OldRow } from './page.ts';
import type { LearningRun, PresetResult, PresetSettings } from './results.ts';
import { mean } from './statistics.ts';
import type { Job } from './train-run.ts';

/** Seeds of settings are chosen on those below; the tables are of these and the ones that follow. */
export const FIRST_SEED = 1001;

/** What is measured of a preset, and what was measured before with other settings. */
export interface Planned {
  readonly settings: PresetSettings;
  /** Runs with the settings of today. */
  runs: readonly LearningRun[];
  /** Seconds of a run with settings of before, where there is one. */
  readonly secondsBefore: number | null;
}

/** Twenty seeds of what trains within two minutes, five within twenty, three of what takes longer; one while nobody knows. */
export function seedsWanted({ runs }: Pick<Planned, 'runs'>): number {
  if (runs.length === 0) return 1;
  const seconds = mean(runs.map(run => run.seconds));
  return seconds <= 120 ? 20 : seconds <= 1200 ? 5 : 3;
}

/** Seconds that a run will take, as far as it can be known before. */
export function secondsOf({ runs, secondsBefore, settings }: Planned): number {
  if (runs.length > 0) return mean(runs.map(run => run.seconds));
  return secondsBefore ?? settings.steps / 1000;
}

/**
 * What is still to be trained, the shortest first: the seeds given, or as many as the preset should have. A preset that was mended is
 * measured on seeds that its earlier form had not seen: it goes on from the first of those.
 */
export function missingJobs(planned: readonly Planned[], seeds: readonly number[] | null, longest: number): Job[] {
  return planned
    .filter(preset => secondsOf(preset) <= longest)
    .toSorted((a, b) => secondsOf(a) - secondsOf(b))
    .flatMap(preset => {
      const there = new Set(preset.runs.map(({ seed }) => seed));
      const first = there.size === 0 ? FIRST_SEED : Math.min(...there);
      const wanted = seeds ?? Array.from({ length: seedsWanted(preset) }, (_, i) => first + i);
      return wanted.filter(seed => !there.has(seed)).map(seed => ({ settings: preset.settings, seed }));
    });
}

/** Seconds of a preset measured with other settings, or by the clock before. */
export function secondsBefore(
  results: readonly PresetResult[],
  old: readonly OldRow[],
  { algo, env }: PresetSettings,
): number | null {
  const isThis = (row: { readonly algo: string; readonly env: string }) => row.algo === algo && row.env === env;
  const seconds = results.find(isThis)?.runs.map(run => run.seconds) ?? old.filter(isThis).map(row => row.wallSeconds);
  return seconds.length === 0 ? null : mean(seconds);
}
