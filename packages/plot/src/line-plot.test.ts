import { describe, expect, it } from 'vitest';
import { linePlot, type Plot } from './line-plot.ts';

const plot: Plot = {
  xLabel: 'u',
  yLabel: 'loss',
  x: [-2, 0, 2],
  lines: [{ name: 'square', y: [4, 0, 4], low: [4, 0, 4], high: [4, 0, 4] }],
};

/** Points of the drawn line, in pixels. */
function points(svg: string): number[][] {
  const line = /<path d="([^"]+)" fill="none" stroke="#[0-9a-f]+" stroke-width="2"/.exec(svg)?.[1] ?? '';
  return [...line.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

describe('linePlot', () => {
  it('is 720 pixels wide and follows the page that it is on, unless its style says else', () => {
    const svg = linePlot('title', 'caption', [plot]);
    expect(svg).toContain('viewBox="0 0 720 430" width="720" height="430"');
    expect(svg).toContain('fill="#ffffff"');
    // What is ink on a light page is the ink of dark ones there.
    expect(svg).toMatch(/@media \(prefers-color-scheme: dark\) \{.*\[fill="#24292f"\]\{fill:#dfdfd6\}/);
    expect(linePlot('title', 'caption', [plot], { theme: 'light' })).not.toContain('<style>');
    const dark = linePlot('title', 'caption', [plot], { theme: 'dark', width: 320, height: 190 });
    expect(dark).toContain('viewBox="0 0 320 290" width="320" height="290"');
    expect(dark).not.toMatch(/#ffffff|#24292f/);
    expect(linePlot('', '', [plot])).toContain('viewBox="0 0 720 374" width="720" height="374"');
  });

  it('begins at 0, or where the plot says', () => {
    // Between the margins of 74 on the left and 30 on the right; the values from 0 to 4 between 280 below and 16 above.
    expect(points(linePlot('', '', [{ ...plot, xFrom: -2 }]))).toEqual([
      [74, 16],
      [382, 280],
      [690, 16],
    ]);
    expect(points(linePlot('', '', [{ ...plot, x: [0, 1, 2] }])).map(([x]) => x)).toEqual([74, 382, 690]);
  });

  it('shows single points, and as much of the axis as is asked for', () => {
    const marks = [{ name: 'found', points: [{ x: 4, y: 6 }] }];
    const svg = linePlot('', '', [{ ...plot, x: [0, 1, 2], marks, xEnd: 8 }]);
    // Half of 8 along the axis, at the top of an axis of 0 to 6.
    expect(svg).toContain('<circle cx="382" cy="16" r="4" fill="#d55e00"/>');
    expect(points(svg).map(([x]) => x)).toEqual([74, 151, 228]);
    expect(linePlot('', '', [{ ...plot, x: [], lines: [] }])).not.toMatch(/NaN|Infinity|undefined/);
  });
});

it('gives wide characters of a legend twice the room of a letter', () => {
  const line = plot.lines[0];
  const places = (name: string) => {
    const svg = linePlot('', '', [
      {
        ...plot,
        lines: [
          { ...line, name },
          { ...line, name: 'b' },
        ],
      },
    ]);
    return [...svg.matchAll(/<text x="([\d.]+)" y="18"[^>]*>([^<]*)/g)].map(([, x]) => Number(x));
  };
  // 74 on the left, 29 for the sign of a line, 24 behind a name; names of 4 letters and of 2 wide characters.
  expect(places('long')).toEqual([103, 103 + 28 + 24 + 29]);
  expect(places('回报')).toEqual(places('long'));
});

describe('other axes', () => {
  const empty = { yLabel: 'y', lines: [] };

  it('has words in two lines in place of numbers', () => {
    const svg = linePlot('', '', [{ ...empty, xLabel: '', x: [0, 2], xNames: ['a', 'b\n1 to 2', 'c'], isYBare: true }]);
    const texts = [...svg.matchAll(/>([^<]*)<\/text>/g)].map(([, text]) => text).filter(text => text !== '');
    expect(texts).toEqual(['a', 'b', '1 to 2', 'c', 'y']);
    expect(svg).toContain('<text x="690" y="299" text-anchor="middle" font-size="12"');
  });

  it('writes small powers of ten short', () => {
    const svg = linePlot('', '', [{ ...empty, xLabel: '', x: [1e-6, 1], logX: true }]);
    const texts = [...svg.matchAll(/>([^<]*)<\/text>/g)].map(([, text]) => text);
    expect(texts).toEqual(expect.arrayContaining(['1e-6', '1e-5', '0.0001', '0.001', '1']));
  });

  it('stands bars on 0, although all values are far from it', () => {
    const marks = [
      {
        name: 'share',
        isBar: true,
        points: [
          { x: 0, y: 40 },
          { x: 1, y: 20 },
        ],
      },
    ];
    const svg = linePlot('', '', [{ ...empty, xLabel: '', x: [-1, 2], xFrom: -1, xNames: ['a', 'b'], marks }]);
    const bars = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="28" height="([\d.]+)"/g)].map(found =>
      found.slice(1).map(Number),
    );
    expect(bars).toHaveLength(2);
    // Both end at the axis, and one is twice as high.
    expect(bars.map(([, y, height]) => y + height)).toEqual([280, 280]);
    expect(bars[0][2]).toBe(2 * bars[1][2]);
  });

  it('puts panels into rows', () => {
    const plot = { ...empty, xLabel: 'x', x: [0, 1] };
    const svg = linePlot('t', '', [plot, plot, plot], { columns: 2, width: 300, height: 200 });
    expect(svg).toContain('viewBox="0 0 600 478"');
    expect([...svg.matchAll(/translate\((\d+) (\d+)\)/g)].map(found => found.slice(1).map(Number))).toEqual([
      [0, 74],
      [300, 74],
      [0, 274],
    ]);
  });
});
