import { type Field, type FieldText, field, InputError, message } from '@zpin/contracts';

/** Changes of (row, column). */
export type Move = readonly [number, number];

export const UP: Move = [-1, 0];
export const RIGHT: Move = [0, 1];
export const DOWN: Move = [1, 0];
export const LEFT: Move = [0, -1];

/** A rectangular map drawn with one letter per cell. Cells are numbered row by row. */
export class GridMap {
  readonly rows: readonly string[];
  readonly height: number;
  readonly width: number;

  /** @throws InputError when the map is empty, not rectangular, or holds letters other than `letters` */
  constructor(where: string, rows: readonly string[], letters: string) {
    const width = rows[0]?.length ?? 0;
    const strange = [...rows.join('')].find(letter => !letters.includes(letter));
    if (width === 0 || rows.some(row => row.length !== width) || strange !== undefined) {
      const expectation = `the map must have rows of equal length made of ${[...letters].join(' ')}`;
      throw new InputError(message(where, expectation, rows, 'Draw it anew'));
    }
    this.rows = rows;
    this.height = rows.length;
    this.width = width;
  }

  get size(): number {
    return this.height * this.width;
  }

  letter(cell: number): string {
    return this.rows[Math.floor(cell / this.width)][cell % this.width];
  }

  /** The cell that a move leads to; the same one at the border. */
  move(cell: number, [down, right]: Move): number {
    const row = Math.floor(cell / this.width) + down;
    const column = (cell % this.width) + right;
    return row < 0 || row >= this.height || column < 0 || column >= this.width ? cell : row * this.width + column;
  }

  /** The same probability for each cell with this letter. */
  uniform(letter: string): Float64Array {
    const cells = Float64Array.from({ length: this.size }, (_, cell) => (this.letter(cell) === letter ? 1 : 0));
    const count = cells.reduce((sum, value) => sum + value, 0);
    return cells.map(value => value / count);
  }
}

/** A setting of a map: the name of a known one, or rows of letters, which `GridMap` checks. */
export function mapField<const Name extends string>(
  names: readonly Name[],
  text: FieldText<NoInfer<Name>>,
): Field<Name | readonly string[]> {
  const known: Field<Name> = field.choice(names, text);
  const drawn = field.texts({ ...text, default: [] });
  return field.either([known, drawn], text);
}
