import { flagText } from '@zpin/contracts';
import { groupNames, groupRuns, orderedMeasures } from '../run-curves.ts';
import type { RunsMessage, SeriesMessage, SettingsMessage } from './messages.ts';
import type { RunIndex } from './run-index.ts';
import type { WatchedRun } from './watched-run.ts';

/** All runs, and how they stand. */
export function runsMessage(index: RunIndex): RunsMessage {
  const { runs } = index;
  const groups = groupRuns(runs);
  const groupOf = new Map(groups.flatMap((group, k) => group.map(run => [run, k] as const)));
  return {
    folders: index.folders,
    runs: runs.map(run => {
      const { algorithm, env, seed, steps, dataset } = run.description;
      const { lastStep, lastReturn, version } = run.metrics;
      return {
        ...{ id: run.id, name: run.name, algorithm, env, seed, steps, step: lastStep, state: run.state },
        ...{ isOffline: dataset !== undefined, version, lastReturn, group: groupOf.get(run) ?? 0 },
      };
    }),
    groups: groupNames(groups),
    measures: orderedMeasures(runs.flatMap(run => [...run.metrics.series.keys()])),
    settingsVersion: runs.map(run => `${run.id}${run.described}`).join(),
    left: index.left,
    read: index.read,
  };
}

/** @param have versions that the page has, by ids of runs */
export function seriesMessage({ runs }: RunIndex, measure: string, have: ReadonlyMap<string, number>): SeriesMessage {
  const told = runs.flatMap(({ id, metrics: { series, version } }) => {
    const found = series.get(measure);
    return found && have.get(id) !== version ? [{ id, version, ...found.thin() }] : [];
  });
  return { measure, runs: told };
}

/** Settings of all runs side by side, those first that differ. */
export function settingsMessage({ runs }: RunIndex): SettingsMessage {
  const columns = runs.map(settingsOf);
  const names = [...new Set(columns.flatMap(column => [...column.keys()]))];
  const settings = names.map(name => {
    const values = columns.map(column => column.get(name) ?? null);
    return { name, values, differs: values.some(value => value !== values[0]) };
  });
  return { runs: runs.map(({ id }) => id), settings };
}

/** Everything that describes a run, by name: settings of its environment and its algorithm among it. */
function settingsOf({ description }: WatchedRun): Map<string, string> {
  const { algorithm, env, seed, steps, config, envOptions = {}, ...others } = description;
  const found = new Map<string, string>();
  const take = (prefix: string, settings: object) => {
    for (const [name, value] of Object.entries(settings)) {
      // Plans of evaluation and films have parts of their own.
      if (prefix === '' && typeof value === 'object' && value !== null && !Array.isArray(value)) take(`${name}.`, value);
      else if (value !== undefined) found.set(prefix + name, typeof value === 'string' ? value : flagText(value));
    }
  };
  take('', { algorithm, env, seed, steps });
  take('env.', envOptions);
  take('settings.', config);
  take('', others);
  return found;
}
