import { formatNumber } from '@zpin/plot';
import {
  bestTrial,
  isGivenBack,
  parameterImportance,
  rankComplete,
  type SearchEvent,
  type SearchSpace,
  type StoredTrial,
} from '@zpin/sweep';
import { type Io, say } from '../io.ts';
import { counted } from '../numbers.ts';
import { table } from '../wrapped-text.ts';
import { judged } from './trial-runs.ts';

/** Tells of a trial that ended, that was taken up again, or that another worker has by now. */
export function tellTrial(event: SearchEvent, isJson: boolean, io: Io): void {
  if (event.type !== 'ended') {
    const text = event.type === 'lost' ? 'goes on elsewhere' : event.isTakenUp ? 'is taken up again' : null;
    if (text !== null && !isJson) say(io, `trial ${event.trial.number} ${text}\n`);
    return;
  }
  const { number, state, value, params } = event.trial;
  const told = { type: 'trial', number, state, value, params, ...(event.error && { error: event.error.message }) };
  if (isJson) io.stdout.write(`${JSON.stringify(told)}\n`);
  else say(io, `${trialLine(event.trial, event.error)}\n`);
}

/** One line about a trial: its number, how it ended, what it came to, and its settings. */
function trialLine(trial: StoredTrial, error: Error | null = null): string {
  const { number, state, params } = trial;
  const result = error ? `failed: ${error.message}` : `${state}${valueText(trial)}`;
  return `trial ${number}  ${result}  ${paramsText(params)}`;
}

function valueText({ value, state, intermediateValues }: StoredTrial): string {
  if (value !== null) return ` ${formatNumber(value)}`;
  const steps = [...intermediateValues.keys()];
  if (steps.length === 0 || state === 'failed') return '';
  const last = Math.max(...steps);
  return ` ${formatNumber(intermediateValues.get(last) ?? Number.NaN)} at ${counted(last, 'step')}`;
}

function paramsText(params: StoredTrial['params']): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${settingText(value)}`)
    .join(', ');
}

function settingText(value: StoredTrial['params'][string]): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(3))) : String(value);
}

/** Trials from best to worst, as many as are shown. */
const SHOWN = 10;

/** A column for each setting, where the terminal has room for them; else one for all. */
function trialTable(trials: readonly StoredTrial[], width: number): string {
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const head = ({ number, value }: StoredTrial) => [String(number), formatNumber(value ?? Number.NaN)];
  const columns = trials.map(trial => [
    ...head(trial),
    ...names.map(name => (name in trial.params ? settingText(trial.params[name]) : '–')),
  ]);
  const text = table([['trial', 'return', ...names], ...columns], width);
  if (text.split('\n').every(line => line.length <= width)) return text;
  return table([['trial', 'return', 'settings'], ...trials.map(trial => [...head(trial), paramsText(trial.params)])], width);
}

/** A sweep in a few lines: how many trials came to which end, the best ones, and how sure one can be of the first. */
export function sweepText(trials: readonly StoredTrial[], width: number): string {
  const states = trials.map(trial => (isGivenBack(trial) ? 'stopped' : trial.state));
  const counts = (['complete', 'pruned', 'failed', 'running', 'stopped', 'waiting'] as const)
    .map(state => ({ state, count: states.filter(each => each === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  const complete = trials.filter(({ state, value }) => state === 'complete' && value !== null);
  const best = bestTrial(trials, 'maximize');
  const ranked = rankComplete(complete, 'maximize');
  const shown = ranked.slice(0, SHOWN);
  const lines = [`${counted(trials.length, 'trial')}: ${counts.join(', ')}`];
  if (best) {
    const middle = formatNumber(
      judged(
        complete.map(({ value }) => Number(value)),
        0.5,
      ),
    );
    lines.push(`best: trial ${best.number} with ${formatNumber(best.value ?? Number.NaN)}; the median trial has ${middle}`);
    lines.push('', trialTable(shown, width), ...importanceLines(trials));
  }
  return `${lines.join('\n')}\n`;
}

/** What made the best trials good; nothing where there are too few to say. */
function importanceLines(trials: readonly StoredTrial[]): string[] {
  const space: SearchSpace = Object.assign({}, ...trials.map(({ distributions }) => distributions));
  const shares = Object.entries(parameterImportance(space, trials, 'maximize')).toSorted(([, a], [, b]) => b - a);
  if (shares.length === 0) return [];
  const told = shares.map(([name, share]) => `${name} ${Math.round(100 * share)} %`);
  return ['', `what matters, by PED-ANOVA of the best quarter: ${told.join(', ')}`];
}
