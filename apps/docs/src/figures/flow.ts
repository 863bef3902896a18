import { colors, escaped, type FlowFigure, svg, type Theme, tenths } from './figure.ts';

const CELL = { width: 172, height: 92 };
const BOX = { width: 126, height: 50 };
const LINE = 17;
/** How far two arrows between the same boxes are apart from the line between their middles. */
const APART = 9;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Draws boxes and arrows. */
export function drawFlow({ boxes, arrows }: FlowFigure, theme: Theme): string {
  const { ink, soft, box, page, series } = colors[theme];
  const middles = new Map(Object.entries(boxes).map(([name, [, column, row]]) => [name, middle(column, row)]));
  const width = CELL.width * (1 + Math.max(...Object.values(boxes).map(([, column]) => column)));
  const height = CELL.height * (1 + Math.max(...Object.values(boxes).map(([, , row]) => row)));
  const isPair = (from: string, to: string) => arrows.some(([a, b]) => a === to && b === from);
  const lines = arrows.map(([from, to, text]) => {
    const [a, b] = [middles.get(from), middles.get(to)];
    if (!a || !b) throw new Error(`drawFlow: arrows must be between boxes, got ${from} and ${to}. Name them as the boxes are.`);
    const [start, end] = ends(a, b, isPair(from, to) ? APART : 0);
    const path = `<path d="M${start.x} ${start.y}L${end.x} ${end.y}" stroke="${series[0]}" stroke-width="1.8" marker-end="url(#head)"/>`;
    return text === undefined ? path : path + label(text, start, end, { isPair: isPair(from, to), ink: soft, page });
  });
  const head = `<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="${series[0]}"/></marker></defs>`;
  const shapes = Object.entries(boxes).map(([name, [text]]) => {
    const { x, y } = middles.get(name) as Place;
    const rows = text.split('\n');
    const words = rows.map(
      (row, i) =>
        `<text x="${x}" y="${tenths(y + 5 + (i - (rows.length - 1) / 2) * LINE)}" text-anchor="middle" font-size="14" fill="${ink}">${escaped(row)}</text>`,
    );
    return `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="7" fill="${box}" stroke="${series[0]}" stroke-opacity="0.55"/>${words.join('')}`;
  });
  return svg(width, height, theme, [head, ...shapes, ...lines]);
}

function middle(column: number, row: number): Place {
  return { x: CELL.width * (column + 0.5), y: CELL.height * (row + 0.5) };
}

/** Where an arrow leaves its box and where it meets the other one. */
function ends(a: Place, b: Place, apart: number): readonly [Place, Place] {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const distance = Math.hypot(dx, dy);
  const side = { x: (-dy / distance) * apart, y: (dx / distance) * apart };
  const reach = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : BOX.width / 2 / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : BOX.height / 2 / Math.abs(dy),
  );
  const at = (share: number): Place => ({ x: tenths(a.x + dx * share + side.x), y: tenths(a.y + dy * share + side.y) });
  return [at(reach), at(1 - reach)];
}

interface LabelStyle {
  /** Whether another arrow goes the other way. */
  readonly isPair: boolean;
  readonly ink: string;
  readonly page: string;
}

/** Beside an arrow that goes up or down, above one that goes sideways; of two arrows between the same boxes each on its own side. */
function label(text: string, start: Place, end: Place, { isPair, ink, page }: LabelStyle): string {
  const isUpright = Math.abs(end.y - start.y) > Math.abs(end.x - start.x);
  const side = isPair && end.y > start.y ? -1 : 1;
  const x = tenths((start.x + end.x) / 2 + (isUpright ? 7 * side : 0));
  const y = tenths((start.y + end.y) / 2 + (isUpright ? 4 : -7));
  const anchor = isUpright ? (side < 0 ? 'end' : 'start') : 'middle';
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="12" fill="${ink}" stroke="${page}" stroke-width="4" paint-order="stroke">${escaped(text)}</text>`;
}
