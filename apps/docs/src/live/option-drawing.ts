import type { OptionPicture, OptionPlan } from './experiment-messages.ts';

/** Colours that differ for those who see no red or green, too; white arrows show on each. */
const colors = ['#2f6b9a', '#b4570a', '#5b4b9a', '#2f7d5c', '#a03a5c', '#7a6a1f', '#3f7f8f', '#6a4a3a'] as const;
/** What a colour becomes where its option ends. */
const ENDED = '#9aa0a8';
const WALL = '#3d4148';
/** Up, right, down, left. */
const moves = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const;

/** Pixels of a cell of a small map, between maps, and of the line above each. */
const [CELL, GAP, LINE] = [16, 20, 30];
const MAPS_IN_A_ROW = 4;

/** Draws over the picture of a map which option is worth most in each cell, and where it goes from there. */
export function drawBestOptions(canvas: HTMLCanvasElement, { columns, cells, best, options }: OptionPicture): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const size = canvas.width / columns;
  for (const [state, cell] of cells.entries()) {
    const option = best[state] ?? 0;
    const [left, top] = [(cell % columns) * size, Math.floor(cell / columns) * size];
    context.globalAlpha = 0.8;
    drawCell(context, left, top, size, option, state, options[option]);
  }
}

/** Draws a map for each option: what it would do in each cell, in its colour where it goes on, in grey where it ends. @param titleOf what is said above a map of in how many cells its option is the best */
export function drawEachOption(
  canvas: HTMLCanvasElement,
  { columns, rows, cells, best, options }: OptionPicture,
  titleOf: (option: number, cells: number) => string,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const [width, height] = [columns * CELL, rows * CELL];
  const across = Math.min(options.length, MAPS_IN_A_ROW);
  const down = Math.ceil(options.length / across);
  Object.assign(canvas, { width: MAPS_IN_A_ROW * (width + GAP) - GAP, height: down * (height + LINE + GAP) - GAP });
  for (const [option, plan] of options.entries()) {
    const x = (option % across) * (width + GAP);
    const y = Math.floor(option / across) * (height + LINE + GAP);
    const share = best.filter(chosen => chosen === option).length;
    context.fillStyle = getComputedStyle(canvas).color;
    context.font = '20px sans-serif';
    context.fillText(titleOf(option + 1, share), x, y + LINE - 9);
    context.fillStyle = WALL;
    context.fillRect(x, y + LINE, width, height);
    for (const [state, cell] of cells.entries()) {
      const [left, top] = [x + (cell % columns) * CELL, y + LINE + Math.floor(cell / columns) * CELL];
      drawCell(context, left, top, CELL, option, state, plan);
    }
  }
}

function drawCell(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  size: number,
  option: number,
  state: number,
  plan: OptionPlan | undefined,
): void {
  context.fillStyle = mixed(colors[option % colors.length] ?? ENDED, ENDED, plan?.ends[state] ?? 0);
  context.fillRect(left + 0.5, top + 0.5, size - 1, size - 1);
  context.globalAlpha = 1;
  const [dx, dy] = moves[plan?.action[state] ?? 0] ?? [0, 0];
  drawArrow(context, left + size / 2, top + size / 2, size * 0.26, dx, dy);
}

function drawArrow(context: CanvasRenderingContext2D, x: number, y: number, reach: number, dx: number, dy: number): void {
  const head = reach * 0.55;
  context.strokeStyle = '#fff';
  context.lineWidth = Math.max(1.2, reach / 4);
  context.beginPath();
  context.moveTo(x - dx * reach, y - dy * reach);
  context.lineTo(x + dx * reach, y + dy * reach);
  context.moveTo(x + dx * reach - (dx + dy) * head, y + dy * reach - (dy + dx) * head);
  context.lineTo(x + dx * reach, y + dy * reach);
  context.lineTo(x + dx * reach - (dx - dy) * head, y + dy * reach - (dy - dx) * head);
  context.stroke();
}

/** A colour between two others: the first one at 0, the second one at 1. */
export function mixed(first: string, second: string, share: number): string {
  const parts = (color: string) => [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16));
  const [from, to] = [parts(first), parts(second)];
  return `rgb(${from.map((value, i) => Math.round(value + (to[i] - value) * share)).join(', ')})`;
}
