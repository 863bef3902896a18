export type { LearningCurve, Point } from './learning-curve.ts';
export { learningCurveSvg, terminalCurve } from './learning-curve.ts';
export type { Plot, PlotLine, PlotMarks, PlotStyle } from './line-plot.ts';
export { linePlot } from './line-plot.ts';
export { meanAndBand } from './mean-and-band.ts';
export { formatCount, formatNumber } from './numbers.ts';
