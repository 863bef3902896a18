import type { Translate } from '../translation/translate.ts';
import type { BarFigure, CurveFigure, FlowFigure } from './figure.ts';

/** A figure with the words in it in another language. */
export function figureInWords<Figure extends FlowFigure | BarFigure | CurveFigure>(figure: Figure, t: Translate): Figure {
  if (figure.kind === 'flow') return { ...figure, ...flowInWords(figure, t) };
  if (figure.kind === 'bars') return { ...figure, ...barsInWords(figure, t) };
  return { ...figure, ...curvesInWords(figure, t) };
}

function flowInWords({ boxes, arrows }: FlowFigure, t: Translate): Pick<FlowFigure, 'boxes' | 'arrows'> {
  return {
    boxes: Object.fromEntries(Object.entries(boxes).map(([name, [text, column, row]]) => [name, [t(text), column, row]])),
    arrows: arrows.map(([from, to, text]) => (text === undefined ? [from, to] : [from, to, t(text)])),
  };
}

function barsInWords({ title, xLabel, labels, groups, markName }: BarFigure, t: Translate): Omit<BarFigure, 'kind'> {
  return {
    ...{ title: t(title), xLabel: t(xLabel), labels: labels.map(label => t(label)) },
    groups: groups.map(group => ({ ...group, name: t(group.name) })),
    ...(markName !== undefined && { markName: t(markName) }),
  };
}

function curvesInWords({ title, xLabel, yLabel, lines, reference }: CurveFigure, t: Translate): Partial<CurveFigure> {
  return {
    ...{ title: t(title), xLabel: t(xLabel), yLabel: t(yLabel) },
    lines: Object.fromEntries(Object.entries(lines).map(([name, valueAt]) => [t(name), valueAt])),
    ...(reference && { reference: { ...reference, name: t(reference.name) } }),
  };
}
