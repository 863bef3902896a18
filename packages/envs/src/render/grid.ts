import type { Frame } from '@zpin/contracts';
import type { GridMap } from '../tabular/grid-map.ts';
import { Canvas, type Color } from './canvas.ts';

/** Pixels per cell. */
const CELL = 40;

const AGENT: Color = [230, 126, 34];

/** Colours of map letters; others are floor. */
const colors: Readonly<Record<string, Color>> = {
  '#': [64, 68, 75],
  A: [88, 180, 96],
  B: [200, 70, 70],
  C: [60, 60, 66],
  D: [146, 98, 57],
  F: [214, 234, 248],
  G: [88, 180, 96],
  H: [52, 92, 140],
  K: [241, 196, 15],
  P: [60, 60, 66],
  S: [250, 229, 160],
  T: [88, 180, 96],
};
const FLOOR: Color = [240, 240, 236];

/** A picture of the map with the agent on `cell`. */
export function drawGrid(map: GridMap, cell: number): Frame {
  const canvas = new Canvas(map.width * CELL, map.height * CELL, [190, 190, 186]);
  for (let i = 0; i < map.size; i++) {
    const x = (i % map.width) * CELL;
    const y = Math.floor(i / map.width) * CELL;
    canvas.rect(x + 1, y + 1, x + CELL - 1, y + CELL - 1, colors[map.letter(i)] ?? FLOOR);
    if (i === cell) canvas.circle(x + CELL / 2, y + CELL / 2, CELL * 0.3, AGENT);
  }
  return canvas.frame();
}

/** The map as text, with @ where the agent is. */
export function gridText(map: GridMap, cell: number): string {
  return map.rows.map((row, y) => [...row].map((letter, x) => (y * map.width + x === cell ? '@' : letter)).join('')).join('\n');
}
