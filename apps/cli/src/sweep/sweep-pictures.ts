import { join } from 'node:path';
import { makeFolder, writeFileAtomic } from '@zpin/core/node';
import { formatNumber, linePlot, type Plot, type PlotMarks } from '@zpin/plot';
import {
  type Parameter,
  type ParameterValue,
  parameterImportance,
  rankComplete,
  type SearchSpace,
  type StoredTrial,
} from '@zpin/sweep';

/** Writes the pictures of a sweep into a folder. @returns names of their files */
export function writePictures(folder: string, title: string, trials: readonly StoredTrial[]): string[] {
  const pictures = sweepPictures(title, trials);
  makeFolder(folder);
  for (const [name, svg] of pictures) writeFileAtomic(join(folder, name), svg);
  return [...pictures.keys()];
}

/** Names of the classes of a picture by value, best first. */
const QUARTERS = ['best quarter', 'second quarter', 'third quarter', 'last quarter'];

/**
 * Pictures of a sweep, by the names of their files. Those for which there is nothing to show are left out: a sweep without complete trials has none.
 * @param title of the sweep
 */
export function sweepPictures(title: string, trials: readonly StoredTrial[]): ReadonlyMap<string, string> {
  const complete = trials.filter(({ state, value }) => state === 'complete' && value !== null);
  const space: SearchSpace = Object.assign({}, ...trials.map(({ distributions }) => distributions));
  const pictures = new Map<string, string>();
  if (complete.length === 0) return pictures;
  pictures.set('history.svg', historyPicture(title, trials));
  pictures.set('slices.svg', slicesPicture(title, complete, space));
  pictures.set('parallel.svg', parallelPicture(title, complete, space));
  const importance = parameterImportance(space, trials, 'maximize');
  if (Object.keys(importance).length > 0) pictures.set('importance.svg', importancePicture(title, importance));
  return pictures;
}

/** What each trial came to, and the best so far. */
function historyPicture(title: string, trials: readonly StoredTrial[]): string {
  const x = trials.map(({ number }) => number);
  let best = Number.NEGATIVE_INFINITY;
  const y = trials.map(({ value }) => {
    best = Math.max(best, value ?? Number.NEGATIVE_INFINITY);
    return Number.isFinite(best) ? best : null;
  });
  const marks: PlotMarks[] = [
    {
      name: 'complete trial',
      points: trials.flatMap(({ number, value }) => (value === null ? [] : [{ x: number, y: value }])),
    },
    {
      name: 'pruned trial, at its last report',
      points: trials.flatMap(trial => {
        const last = [...trial.intermediateValues.values()].at(-1);
        return trial.state === 'pruned' && last !== undefined && Number.isFinite(last) ? [{ x: trial.number, y: last }] : [];
      }),
    },
  ];
  const lines = [{ name: 'best so far', y, low: y, high: y }];
  const shown = marks.filter(({ points }) => points.length > 0);
  return linePlot(title, '', [
    { xLabel: 'trial', yLabel: 'return', x, xEnd: Math.max(1, ...x), isXWhole: true, lines, marks: shown },
  ]);
}

/** The value of each trial over each parameter. */
function slicesPicture(title: string, complete: readonly StoredTrial[], space: SearchSpace): string {
  const plots = Object.entries(space).map(([name, parameter]): Plot => {
    const points = complete.flatMap(({ params, value }) =>
      name in params ? [{ x: placeOf(parameter, params[name]), y: Number(value) }] : [],
    );
    const common = { xLabel: name, yLabel: 'return', lines: [], marks: [{ name: 'complete trial', points }] };
    if (parameter.type !== 'categorical') {
      const { low, high, log = false } = parameter;
      return { ...common, x: [low, high], xFrom: low, logX: log };
    }
    const names = parameter.choices.map(String);
    return { ...common, x: [-0.5, names.length - 0.5], xFrom: -0.5, xNames: names };
  });
  return linePlot(title, '', plots, { columns: 3, width: 420, height: 280 });
}

/** Each trial as a line over all parameters, coloured by what it came to. */
function parallelPicture(title: string, complete: readonly StoredTrial[], space: SearchSpace): string {
  const names = Object.keys(space);
  const ranked = rankComplete(complete, 'maximize');
  const values = ranked.map(({ value }) => Number(value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const lines = ranked.map(({ params, value }, i) => {
    const y = [
      ...names.map(name => (name in params ? shareOf(space[name], params[name]) : null)),
      high > low ? (Number(value) - low) / (high - low) : 0.5,
    ];
    return { name: QUARTERS[Math.floor((4 * i) / ranked.length)], y, low: y, high: y };
  });
  const xNames = [
    ...names.map(name => `${name}\n${rangeText(space[name])}`),
    `return\n${formatNumber(low)} to ${formatNumber(high)}`,
  ];
  const plot = {
    xLabel: '',
    yLabel: 'low to high',
    x: [...xNames.keys()],
    xFrom: -0.3,
    xEnd: xNames.length - 0.7,
    lines: lines.reverse(),
    xNames,
    isYBare: true,
  };
  return linePlot(title, '', [plot], { width: 160 + 150 * (xNames.length - 1) });
}

/** Longest list of choices that fits below its axis, in letters. */
const LONGEST_LIST = 18;

/** What a parameter lies between, bottom to top of its axis. */
function rangeText(parameter: Parameter): string {
  if (parameter.type !== 'categorical') return `${formatNumber(parameter.low)} to ${formatNumber(parameter.high)}`;
  const names = parameter.choices.map(String);
  const all = names.join(', ');
  return all.length <= LONGEST_LIST ? all : `${names[0]} … ${names.at(-1)}`;
}

/** The share of each parameter in what made trials good. */
function importancePicture(title: string, importance: Readonly<Record<string, number>>): string {
  const ranked = Object.entries(importance).toSorted(([, a], [, b]) => b - a);
  const points = ranked.map(([, share], x) => ({ x, y: 100 * share }));
  const marks = [{ name: 'share in what made the best quarter good (PED-ANOVA)', isBar: true, points }];
  const axes = { xLabel: '', yLabel: '%', x: [-0.5, ranked.length - 0.5], xFrom: -0.5, xNames: ranked.map(([name]) => name) };
  return linePlot(title, '', [{ ...axes, lines: [], marks }], { width: Math.max(560, 110 + 120 * ranked.length) });
}

/** Where a value stands on the axis of its parameter: itself, or the number of its choice. */
function placeOf(parameter: Parameter, value: ParameterValue): number {
  return parameter.type === 'categorical' ? parameter.choices.indexOf(value) : Number(value);
}

/** Where a value stands between the bounds of its parameter, in [0, 1]. */
function shareOf(parameter: Parameter, value: ParameterValue): number {
  if (parameter.type === 'categorical') {
    return parameter.choices.length === 1 ? 0.5 : placeOf(parameter, value) / (parameter.choices.length - 1);
  }
  const { low, high, log = false } = parameter;
  if (high === low) return 0.5;
  return log ? Math.log(Number(value) / low) / Math.log(high / low) : (Number(value) - low) / (high - low);
}
