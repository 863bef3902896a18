import { linePlot } from '@zpin/plot';
import { drawBars } from './bars.ts';
import type { CurveFigure, Figure, Theme } from './figure.ts';
import { drawFlow } from './flow.ts';

const POINTS = 160;

/** A figure as an SVG document. */
export function drawFigure(figure: Figure, theme: Theme): string {
  if (figure.kind === 'flow') return drawFlow(figure, theme);
  return figure.kind === 'bars' ? drawBars(figure, theme) : drawCurves(figure, theme);
}

function drawCurves({ title, xLabel, yLabel, from, to, lines, reference }: CurveFigure, theme: Theme): string {
  const x = Array.from({ length: POINTS + 1 }, (_, i) => from + ((to - from) * i) / POINTS);
  const drawn = Object.entries(lines).map(([name, valueAt]) => {
    const y = x.map(valueAt);
    return { name, y, low: y, high: y };
  });
  const plot = { xLabel, yLabel, x, lines: drawn, xFrom: from, ...(reference && { reference }) };
  return linePlot(title, '', [plot], { theme, width: 480, height: 270 });
}
