import { type BarFigure, colors, escaped, svg, type Theme, tenths } from './figure.ts';

const WIDTH = 480;
const HEIGHT = 280;
const AREA = { left: 24, right: 460, top: 78, bottom: 218 };

/** Draws groups of bars; heights may be below 0. */
export function drawBars({ title, xLabel, labels, groups, markName }: BarFigure, theme: Theme): string {
  const { ink, soft, series } = colors[theme];
  const all = groups.flatMap(({ heights }) => heights);
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)];
  const y = (value: number) => AREA.bottom - ((AREA.bottom - AREA.top) * (value - low)) / (high - low);
  const place = (AREA.right - AREA.left) / labels.length;
  const width = (place * 0.78) / groups.length;
  const mark = series[groups.length] as string;
  const text = (x: number, at: number, words: string, size: number, anchor = 'middle', fill = ink) =>
    `<text x="${tenths(x)}" y="${tenths(at)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}">${escaped(words)}</text>`;
  const bars = groups.flatMap(({ heights, marked = [] }, group) =>
    heights.map((value, i) => {
      const x = AREA.left + place * (i + 0.11) + width * group;
      const [top, bottom] = [y(Math.max(0, value)), y(Math.min(0, value))];
      const fill = marked.includes(i) ? mark : series[group];
      return `<rect x="${tenths(x)}" y="${tenths(top)}" width="${tenths(Math.max(1, width - 1))}" height="${tenths(Math.max(0.8, bottom - top))}" fill="${fill}"/>`;
    }),
  );
  const entries = [
    ...groups.map(({ name }, i) => [name, series[i] as string] as const),
    ...(markName ? [[markName, mark] as const] : []),
  ];
  let x = AREA.left;
  const legend = entries.flatMap(([name, fill]) => {
    const parts = [`<rect x="${x}" y="44" width="14" height="14" fill="${fill}"/>`, text(x + 20, 56, name, 13, 'start')];
    // Chinese characters are as wide as two letters.
    x += 20 + 7 * name.replaceAll(/\p{Script=Han}/gu, '  ').length + 20;
    return parts;
  });
  return svg(WIDTH, HEIGHT, theme, [
    text(AREA.left, 26, title, 15, 'start'),
    ...legend,
    ...bars,
    `<line x1="${AREA.left}" x2="${AREA.right}" y1="${tenths(y(0))}" y2="${tenths(y(0))}" stroke="${ink}"/>`,
    ...labels.map((words, i) => text(AREA.left + place * (i + 0.5), AREA.bottom + 20, words, 12, 'middle', soft)),
    text((AREA.left + AREA.right) / 2, HEIGHT - 16, xLabel, 13, 'middle', soft),
  ]);
}
