/** For pages with a light or a dark background. */
export type Theme = 'light' | 'dark';

export const themes: readonly Theme[] = ['light', 'dark'];

/** Boxes on a grid, with arrows between them: what goes where. */
export interface FlowFigure {
  readonly kind: 'flow';
  /** By name: text, of which `\n` begins a new line, and column and row on the grid. */
  readonly boxes: Readonly<Record<string, readonly [text: string, column: number, row: number]>>;
  readonly arrows: readonly (readonly [from: string, to: string, text?: string])[];
}

/** Groups of bars side by side. */
export interface BarFigure {
  readonly kind: 'bars';
  readonly title: string;
  readonly xLabel: string;
  /** Of the places along the axis. */
  readonly labels: readonly string[];
  /** Heights at each place; those that are marked have another colour. */
  readonly groups: readonly { readonly name: string; readonly heights: readonly number[]; readonly marked?: readonly number[] }[];
  /** What the other colour says. */
  readonly markName?: string;
}

/** Functions of one number. */
export interface CurveFigure {
  readonly kind: 'curves';
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly from: number;
  readonly to: number;
  readonly lines: Readonly<Record<string, (x: number) => number | null>>;
  readonly reference?: { readonly name: string; readonly value: number };
}

/** A picture that explains an algorithm. */
export type Figure = (FlowFigure | BarFigure | CurveFigure) & {
  /** What it shows, in a sentence or two, under the picture and for those who do not see it. */
  readonly caption: string;
};

interface Colors {
  readonly ink: string;
  readonly soft: string;
  readonly box: string;
  readonly page: string;
  readonly series: readonly string[];
}

/** Those of `@zpin/plot`, and fills for boxes. */
export const colors: Readonly<Record<Theme, Colors>> = {
  light: {
    ink: '#24292f',
    soft: '#57606a',
    box: '#eaf1f8',
    page: '#ffffff',
    series: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'],
  },
  dark: {
    ink: '#dfdfd6',
    soft: '#98989f',
    box: '#26323f',
    page: '#1b1b1f',
    series: ['#5aa9e6', '#f08a4b', '#3fc79a', '#e09cc4', '#f0b94a'],
  },
};

/** An SVG document. @param parts of it, in the order in which they are painted */
export function svg(width: number, height: number, theme: Theme, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="${colors[theme].page}"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** Text for an SVG document. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Tenths of a pixel are enough. */
export function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
