import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linePlot, meanAndBand } from '@zpin/plot';
import type { Theme } from '../figures/figure.ts';
import { english, type Translate } from '../translation/translate.ts';
import { environmentFile } from './paths.ts';
import { type ExperimentResult, resultsFolder } from './results.ts';

/** A measured preset with the curves of its runs, as `pnpm bench learning` writes it. */
export interface MeasuredCurves {
  readonly algo: string;
  readonly env: string;
  readonly steps: number;
  readonly summary: { readonly threshold: number | null };
  /** Mean return of the training episodes in equal parts of the run; null where none ended. */
  readonly runs: readonly { readonly curve: readonly (number | null)[] }[];
}

/** Everything measured on fresh seeds that has curves. */
export function measuredCurves(): MeasuredCurves[] {
  const folder = join(resultsFolder, 'learning');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as MeasuredCurves)
    .filter(({ runs }) => runs.some(({ curve }) => curve.some(value => value !== null)));
}

/** Name of the picture of a measured preset. */
export function curveFile({ algo, env }: Pick<MeasuredCurves, 'algo' | 'env'>, theme: Theme): string {
  return `${algo}-${environmentFile(env)}.${theme}.svg`;
}

/** Mean return of training episodes over the seeds, with a band of one standard deviation, as an SVG document. */
export function curvePicture({ algo, env, steps, summary, runs }: MeasuredCurves, theme: Theme, t: Translate = english): string {
  const points = Math.max(...runs.map(({ curve }) => curve.length));
  const x = Array.from({ length: points }, (_, k) => Math.round(((k + 1) * steps) / points));
  const line = meanAndBand(
    algo,
    runs.map(({ curve }) => held(curve)),
  );
  const reference = summary.threshold === null ? {} : { reference: { name: t('solved'), value: summary.threshold } };
  const caption = t('{seeds}: mean, and a band of one standard deviation', {
    seeds: runs.length === 1 ? t('1 seed') : t('{seeds} seeds', { seeds: runs.length }),
  });
  const plot = { xLabel: t('environment steps'), yLabel: t('training return'), x, lines: [line], ...reference };
  return linePlot(env, caption, [plot], { theme, width: 420, height: 250 });
}

/** Name of the picture of one panel of an experiment. */
export function experimentFile({ name }: Pick<ExperimentResult, 'name'>, panel: number, theme: Theme): string {
  return `experiment-${name}-${panel}.${theme}.svg`;
}

/** One panel of an experiment: the mean of each arm over its seeds, with a band of one standard deviation, as an SVG document. */
export function experimentPicture(
  { xLabel, x, panels, arms }: ExperimentResult,
  panel: number,
  theme: Theme,
  t: Translate = english,
): string {
  const lines = arms.map(({ name, curves }) =>
    meanAndBand(
      t(name),
      curves.map(seed => seed[panel] ?? []),
    ),
  );
  const { yLabel = '', reference, ...shown } = panels[panel] ?? {};
  const named = reference && { reference: { ...reference, name: t(reference.name) } };
  return linePlot('', '', [{ xLabel: t(xLabel), yLabel: t(yLabel), x, lines, ...shown, ...named }], {
    theme,
    width: 420,
    height: 290,
  });
}

/** Where no episode ended, the value before holds. */
function held(curve: readonly (number | null)[]): (number | null)[] {
  let last: number | null = null;
  return curve.map(value => {
    last = value ?? last;
    return last;
  });
}
