import type { Shape } from './shape.ts';

const f = Math.fround;

/** Share of the way from (x, y) by (dx, dy) after which a ray meets `shape`, up to `most`; −1 when it does not, or starts inside. */
export function castRay(shape: Shape, x: number, y: number, dx: number, dy: number, most: number): number {
  return shape.isEdge ? castAtEdge(shape, x, y, dx, dy, most) : castAtPolygon(shape, x, y, dx, dy, most);
}

function castAtEdge(shape: Shape, x: number, y: number, dx: number, dy: number, most: number): number {
  const normalX = shape.normalX[0];
  const normalY = shape.normalY[0];
  const fromX = shape.x[0];
  const fromY = shape.y[0];
  const numerator = f(f(normalX * f(fromX - x)) + f(normalY * f(fromY - y)));
  const denominator = f(f(normalX * dx) + f(normalY * dy));
  if (denominator === 0) return -1;
  const share = f(numerator / denominator);
  if (share < 0 || most < share) return -1;
  const edgeX = f(shape.x[1] - fromX);
  const edgeY = f(shape.y[1] - fromY);
  const square = f(f(edgeX * edgeX) + f(edgeY * edgeY));
  const awayX = f(f(x + f(share * dx)) - fromX);
  const awayY = f(f(y + f(share * dy)) - fromY);
  const along = f(f(f(awayX * edgeX) + f(awayY * edgeY)) / square);
  return along < 0 || along > 1 ? -1 : share;
}

function castAtPolygon(shape: Shape, x: number, y: number, dx: number, dy: number, most: number): number {
  let lower = 0;
  let upper = most;
  let isHit = false;
  for (let i = 0; i < shape.count; i++) {
    const normalX = shape.normalX[i];
    const normalY = shape.normalY[i];
    const numerator = f(f(normalX * f(shape.x[i] - x)) + f(normalY * f(shape.y[i] - y)));
    const denominator = f(f(normalX * dx) + f(normalY * dy));
    if (denominator === 0) {
      if (numerator < 0) return -1;
    } else if (denominator < 0 && numerator < f(lower * denominator)) {
      lower = f(numerator / denominator);
      isHit = true;
    } else if (denominator > 0 && numerator < f(upper * denominator)) upper = f(numerator / denominator);
    if (upper < lower) return -1;
  }
  return isHit ? lower : -1;
}
