import type { OptionPicture } from './experiment-messages.ts';

/** Colours that differ for those who see no red or green, too; white arrows and marks show on each. */
const colors = ['#2f6b9a', '#b4570a', '#5b4b9a', '#2f7d5c', '#a03a5c', '#7a6a1f', '#3f7f8f', '#6e6e6e'];
/** Up, right, down, left. */
const moves = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const;

/** Draws a map's options over its picture: the colour is the option, the arrow its action, the ring how likely it ends. */
export function drawOptions(canvas: HTMLCanvasElement, { columns, cells, best, action, ends }: OptionPicture): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const size = canvas.width / columns;
  for (const [state, cell] of cells.entries()) {
    const [left, top] = [(cell % columns) * size, Math.floor(cell / columns) * size];
    context.globalAlpha = 0.75;
    context.fillStyle = colors[(best[state] ?? 0) % colors.length] ?? '#444';
    context.fillRect(left + 1, top + 1, size - 2, size - 2);
    context.globalAlpha = 1;
    const [dx, dy] = moves[action[state] ?? 0] ?? [0, 0];
    arrow(context, left + size / 2, top + size / 2, size * 0.26, dx, dy);
    context.strokeStyle = '#fff';
    context.lineWidth = 2;
    context.beginPath();
    context.arc(left + size - 7, top + 7, 4, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * (ends[state] ?? 0));
    context.stroke();
  }
}

function arrow(context: CanvasRenderingContext2D, x: number, y: number, reach: number, dx: number, dy: number): void {
  const head = reach * 0.55;
  context.strokeStyle = '#fff';
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - dx * reach, y - dy * reach);
  context.lineTo(x + dx * reach, y + dy * reach);
  context.moveTo(x + dx * reach - (dx + dy) * head, y + dy * reach - (dy + dx) * head);
  context.lineTo(x + dx * reach, y + dy * reach);
  context.lineTo(x + dx * reach - (dx - dy) * head, y + dy * reach - (dy - dx) * head);
  context.stroke();
}
