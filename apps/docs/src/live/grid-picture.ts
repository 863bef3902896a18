import type { GridPicture } from './grid-messages.ts';

/** Pixels of a cell on the page, at the scale of the canvas. */
const CELL = 72;

/**
 * Draws the environment's own picture with what was learned on top: how good each cell is (max Q, from red to green, with its
 * number), and where the greedy policy goes from it.
 */
export function drawGrid(
  canvas: HTMLCanvasElement,
  { pixels, width, height, columns, letters, moves, table }: GridPicture,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const rows = letters.length / columns;
  canvas.width = columns * CELL;
  canvas.height = rows * CELL;
  const small = new OffscreenCanvas(width, height);
  small.getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);

  const numActions = moves.length;
  const values = Array.from(letters, (_, cell) => Math.max(...table.subarray(cell * numActions, (cell + 1) * numActions)));
  const open = values.map((_, cell) => !'GHC#AP'.includes(letters[cell]));
  const seen = values.filter((_, cell) => open[cell]);
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  for (const [cell, value] of values.entries()) {
    if (!open[cell]) continue;
    const [left, top] = [(cell % columns) * CELL, Math.floor(cell / columns) * CELL];
    if (high > low) {
      context.fillStyle = `hsl(${(120 * (value - low)) / (high - low)} 70% 45% / 0.35)`;
      context.fillRect(left + 1, top + 1, CELL - 2, CELL - 2);
    }
    context.fillStyle = '#222';
    context.font = '13px system-ui, sans-serif';
    context.textAlign = 'right';
    context.textBaseline = 'bottom';
    context.fillText(value === 0 ? '0' : value.toPrecision(2), left + CELL - 5, top + CELL - 4);
    const best = greedyActions(table.subarray(cell * numActions, (cell + 1) * numActions));
    // Nothing was learned here yet where all actions are equal.
    if (best.length === numActions) continue;
    for (const action of best) arrow(context, left + CELL / 2, top + CELL / 2, moves[action]);
  }
}

/** The actions of the largest value. */
export function greedyActions(values: Float32Array): number[] {
  const best = Math.max(...values);
  return Array.from(values.keys()).filter(action => values[action] === best);
}

function arrow(context: CanvasRenderingContext2D, x: number, y: number, [dx, dy]: readonly [number, number]): void {
  const [reach, head] = [CELL * 0.3, CELL * 0.11];
  const [tipX, tipY] = [x + dx * reach, y + dy * reach];
  context.strokeStyle = '#222';
  context.lineWidth = 2.5;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(tipX, tipY);
  context.moveTo(tipX - (dx + dy) * head, tipY - (dy + dx) * head);
  context.lineTo(tipX, tipY);
  context.lineTo(tipX - (dx - dy) * head, tipY - (dy - dx) * head);
  context.stroke();
}
