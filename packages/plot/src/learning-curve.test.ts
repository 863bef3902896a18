import { Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { type LearningCurve, learningCurveSvg, terminalCurve } from './learning-curve.ts';

const base: LearningCurve = { title: 'ppo on X-v0, seed 1', episodes: [], evaluations: [], threshold: null, totalSteps: 1000 };

/** Checks that every element is closed in order, and returns how often each occurs. */
function elements(svg: string): Record<string, number> {
  const open: string[] = [];
  const counts: Record<string, number> = {};
  for (const [, close, name = '', empty] of svg.matchAll(/<(\/?)([a-z]+)(?:\s+[a-zA-Z-]+[\w:-]*="[^"<]*")*\s*(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else counts[name] = (counts[name] ?? 0) + 1;
    if (!close && !empty) open.push(name);
  }
  expect(open).toEqual([]);
  const tags = (svg.match(/</g) ?? []).length;
  expect(tags).toBe((svg.match(/<\/?[a-z]+[^<>]*>/g) ?? []).length);
  return counts;
}

const LINE = '" fill="none" stroke="#0072b2"';
const BAND = 'Z" fill="#0072b2"';

/** Points of the first path that ends so. */
function pointsOf(svg: string, end: string): (readonly [x: number, y: number])[] {
  const [, d = ''] = new RegExp(`<path d="([^"Z]+)${end}`).exec(svg) ?? [];
  return [...d.matchAll(/[ML]([-\d.]+) ([-\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}

describe('learningCurveSvg', () => {
  it('has no character that XML does not take', () => {
    const svg = learningCurveSvg({ ...base, title: 'a\u0000\u001b[31m\u009b\ufffe\ud800<&>😀 ε' });
    expect(svg).toContain('<title>a\ufffd\ufffd[31m\ufffd\ufffd\ufffd&lt;&amp;&gt;😀 ε</title>');
    elements(svg);
  });

  it('puts marks where the numbers say', () => {
    const svg = learningCurveSvg({
      ...base,
      episodes: [
        { step: 100, value: 0 },
        { step: 900, value: 100 },
      ],
      evaluations: [{ step: 500, value: 50 }],
    });
    // The axes span 74…690 by 16…280 of their panel, and returns 0…100 and steps 0…1000 fill them.
    expect(svg).toContain('<circle cx="382" cy="148" r="4" fill="#d55e00"/>');
    const [first, second] = pointsOf(svg, LINE);
    // Episodes stand at the middle of their bin of 12.5 steps.
    expect(first).toEqual([139.5, 280]);
    expect(second).toEqual([632.3, 16]);
  });

  it('shows mean and 10th to 90th percentile of a bin', () => {
    const episodes = Array.from({ length: 11 }, (_, i) => ({ step: 500, value: i * i }));
    const evaluations = [
      { step: 0, value: 0 },
      { step: 0, value: 100 },
    ];
    const svg = learningCurveSvg({ ...base, episodes, evaluations });
    const y = (value: number) => 280 - 2.64 * value;
    expect(pointsOf(svg, BAND).map(([, height]) => height)).toEqual([81, 1].map(value => expect.closeTo(y(value), 1)));
    expect(pointsOf(svg, LINE)[0]?.[1]).toBeCloseTo(y(35), 1);
  });

  it.each<[string, Partial<LearningCurve>]>([
    ['no episode', {}],
    ['no episode but a threshold', { threshold: 475 }],
    ['one episode', { episodes: [{ step: 1000, value: 7 }] }],
    ['constant returns', { episodes: [1, 2, 3].map(k => ({ step: 100 * k, value: -200 })) }],
    ['constant zero', { episodes: [{ step: 0, value: 0 }], evaluations: [{ step: 1000, value: 0 }] }],
    ['a threshold far away', { episodes: [{ step: 10, value: 1e-3 }], threshold: 1e9 }],
    ['tiny returns', { episodes: [1, 2].map(k => ({ step: k, value: k * 1e-9 })) }],
    ['one step', { episodes: [{ step: 1, value: 1 }], totalSteps: 1 }],
    ['a title of markup', { title: '<b> & "c"' }],
  ])('is well-formed with %s', (_, part) => {
    const curve = { ...base, ...part };
    const svg = learningCurveSvg(curve);
    const { circle } = elements(svg);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg.match(/stroke="#0072b2" stroke-width="2"/g) ?? []).toHaveLength(curve.episodes.length > 0 ? 1 : 0);
    // One more in the legend.
    expect(circle).toBe(curve.evaluations.length + 1);
    for (const [x, y] of [...pointsOf(svg, BAND), ...pointsOf(svg, LINE)]) {
      expect(x >= 74 && x <= 690 && y >= 16 && y <= 280).toBe(true);
    }
    expect(terminalCurve(curve)).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('marks no step twice in a short run', () => {
    const svg = learningCurveSvg({ ...base, totalSteps: 2 });
    const labels = [...svg.matchAll(/text-anchor="middle" font-size="12" fill="#24292f">([\d.,]+)</g)].map(([, text]) => text);
    expect(labels).toEqual(['0', '1', '2']);
  });
});

describe('terminalCurve', () => {
  it('draws a rising line in twelve rows, at most as wide as asked', () => {
    const episodes = Array.from({ length: 1000 }, (_, i) => ({ step: i, value: i }));
    for (const columns of [30, 50, 80]) {
      const lines = terminalCurve({ ...base, episodes }, columns).split('\n');
      const rows = lines.slice(1, -2).map(line => line.slice(line.indexOf('┤') + 1));
      expect(rows).toHaveLength(12);
      expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(Math.max(columns, lines[0]?.length ?? 0));
      const places = rows.map(row => row.indexOf('█')).filter(place => place >= 0);
      expect(places.length).toBeGreaterThanOrEqual(10);
      expect(places).toEqual(places.toSorted((a, b) => b - a));
    }
  });

  it('labels the rows of round returns', () => {
    const episodes = Array.from({ length: 1000 }, (_, i) => ({ step: i, value: -200 + i / 10 }));
    const rows = terminalCurve({ ...base, episodes })
      .split('\n')
      .slice(1, -2);
    const labels = rows.map(row => row.slice(0, row.indexOf('┤')).trim());
    expect(labels.filter(label => label)).toEqual(['-100', '-150', '-200']);
    // Steps of one return are drawn in the row of its label.
    const flat = terminalCurve({
      ...base,
      episodes: [...episodes, ...episodes.map(({ step }) => ({ step: step / 1000, value: -150 }))],
    });
    expect(flat.split('\n').find(row => row.includes('-150 ┤'))).toMatch(/┤█/);
  });

  it('says when there is nothing to draw', () => {
    expect(terminalCurve(base)).toBe('no episode has ended yet: there is no curve');
  });

  it('keeps within the plot whatever the returns', () => {
    const rng = new Rng(2);
    for (let k = 0; k < 200; k++) {
      const size = 10 ** rng.uniform(-6, 9);
      const episodes = Array.from({ length: rng.integers(1, 30) }, () => ({
        step: rng.integers(1, 1000),
        value: rng.uniform(-size, size),
      }));
      const text = terminalCurve({ ...base, episodes, threshold: 0 }, rng.integers(1, 120));
      expect(text.split('\n')).toHaveLength(15);
      expect(text).toContain('█');
    }
  });
});
