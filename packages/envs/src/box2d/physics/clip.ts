const f = Math.fround;

/** What of two shapes makes a point: a corner of one, given by its number, on a face of the other. */
const CORNER = 0;
const FACE = 1;

/** Names a point where corner `b` of the second shape meets face `a` of the first. */
export function faceAndCorner(a: number, b: number): number {
  return a | (b << 8) | (FACE << 16) | (CORNER << 24);
}

/** Names a point where corner `a` of the first shape meets face `b` of the second. */
export function cornerAndFace(a: number, b: number): number {
  return a | (b << 8) | (CORNER << 16) | (FACE << 24);
}

/** The name of the same point when the shapes change places. */
export function swapped(id: number): number {
  return ((id >> 8) & 0xff) | ((id & 0xff) << 8) | (((id >> 24) & 0xff) << 16) | (((id >> 16) & 0xff) << 24);
}

/** A segment whose ends know what made them. */
export class Segment {
  readonly x = new Float32Array(2);
  readonly y = new Float32Array(2);
  readonly id = new Int32Array(2);

  set(end: 0 | 1, x: number, y: number, id: number): void {
    this.x[end] = x;
    this.y[end] = y;
    this.id[end] = id;
  }

  /**
   * Writes into `out` what of this segment lies behind a line with the given normal and offset; an end that is cut off becomes
   * the point where corner `corner` of the first shape meets the second.
   *
   * @returns whether there is such a part
   */
  clip(out: Segment, normalX: number, normalY: number, offset: number, corner: number): boolean {
    const { x, y, id } = this;
    const distance0 = f(f(f(normalX * x[0]) + f(normalY * y[0])) - offset);
    const distance1 = f(f(f(normalX * x[1]) + f(normalY * y[1])) - offset);
    let count = 0;
    if (distance0 <= 0) out.set(count++ as 0 | 1, x[0], y[0], id[0]);
    if (distance1 <= 0) out.set(count++ as 0 | 1, x[1], y[1], id[1]);
    if (f(distance0 * distance1) < 0) {
      const share = f(distance0 / f(distance0 - distance1));
      const cutX = f(x[0] + f(share * f(x[1] - x[0])));
      const cutY = f(y[0] + f(share * f(y[1] - y[0])));
      out.set(count++ as 0 | 1, cutX, cutY, cornerAndFace(corner, (id[0] >> 8) & 0xff));
    }
    return count === 2;
  }
}
