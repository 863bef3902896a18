import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { algorithmFigures } from '../figures/algorithm-figures.ts';
import { drawBars } from '../figures/bars.ts';
import { drawFigure } from '../figures/draw.ts';
import { type Figure, type Theme, themes } from '../figures/figure.ts';
import { figureInWords } from '../figures/figure-in-words.ts';
import { english, type Translate } from '../translation/translate.ts';
import { translateSvg } from '../translation/translate-svg.ts';
import type { AlgorithmFacts } from './algorithm-facts.ts';
import { figureFile } from './algorithm-page.ts';
import { darkSvg } from './dark-svg.ts';
import { curveFile, curvePicture, experimentFile, experimentPicture, measuredCurves } from './learning-pictures.ts';
import { metricFile, metricPicture, shownMetrics, type UpdateMetrics, updateMetrics } from './metric-pictures.ts';
import { experimentResults, resultsFolder } from './results.ts';
import { speedChart } from './speed-chart.ts';

/** The picture that explains an algorithm. @throws Error when it has none */
export function figureOf(id: string): Figure {
  const figure = algorithmFigures[id];
  if (!figure) throw new Error(`generatePages: ${id} must have a picture, got none. Add one to src/figures.`);
  return figure;
}

/**
 * Pictures of the algorithms and of the first page, by their path in the site's folder.
 * @param t gives the words in them in another language; names of algorithms, environments and metrics stay
 */
export function* pictureFiles(facts: readonly AlgorithmFacts[], t: Translate = english): Generator<[path: string, text: string]> {
  for (const theme of themes) for (const [file, svg] of picturesIn(theme, facts, t)) yield [`algorithms/pictures/${file}`, svg];
}

function* picturesIn(theme: Theme, facts: readonly AlgorithmFacts[], t: Translate): Generator<[file: string, svg: string]> {
  const curves = measuredCurves();
  yield [`speed.${theme}.svg`, drawBars(figureInWords(speedChart(), t), theme)];
  for (const name of ['cliff-paths', 'episode-weights']) {
    const svg = translateSvg(readFileSync(join(resultsFolder, 'experiments', `${name}.svg`), 'utf8'), t);
    yield [`${name}.${theme}.svg`, theme === 'light' ? svg : darkSvg(name, svg)];
  }
  for (const experiment of experimentResults()) {
    for (const panel of experiment.panels.keys())
      yield [experimentFile(experiment, panel, theme), experimentPicture(experiment, panel, theme, t)];
  }
  for (const { algorithm } of facts) {
    const { id } = algorithm;
    const metrics = updateMetrics(id);
    yield [figureFile(id, theme), drawFigure(figureInWords(figureOf(id), t), theme)];
    for (const name of metrics ? shownMetrics(metrics) : [])
      yield [metricFile(id, name, theme), metricPicture(metrics as UpdateMetrics, name, theme, t)];
    for (const curve of curves.filter(({ algo }) => algo === id)) yield [curveFile(curve, theme), curvePicture(curve, theme, t)];
  }
}
