/** How an array of some shape lies in a row of numbers: number [i, j, …] is at offset + i·strides[0] + j·strides[1] + … */
export interface View {
  readonly shape: readonly number[];
  readonly offset: number;
  readonly strides: readonly number[];
}

export function contiguous(shape: readonly number[]): View {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return { shape, offset: 0, strides };
}

/** Whether the numbers lie row by row without gaps. */
export function isContiguous({ shape, strides }: View): boolean {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== stride) return false;
    stride *= size;
  }
  return true;
}

export function transposed(view: View, perm: readonly number[]): View {
  return {
    shape: perm.map(axis => view.shape[axis] as number),
    offset: view.offset,
    strides: perm.map(axis => view.strides[axis] as number),
  };
}

/** Repeats axes of length 1, and puts new ones in front. */
export function broadcast(view: View, shape: readonly number[]): View {
  const added = shape.length - view.shape.length;
  const strides = shape.map((size, axis) => {
    const own = axis - added;
    return own < 0 || (view.shape[own] === 1 && size !== 1) ? 0 : (view.strides[own] as number);
  });
  return { shape, offset: view.offset, strides };
}

export function sliced(view: View, begin: readonly number[], steps: readonly number[], shape: readonly number[]): View {
  const offset = begin.reduce((sum, first, axis) => sum + first * (view.strides[axis] as number), view.offset);
  return { shape, offset, strides: view.strides.map((stride, axis) => stride * (steps[axis] as number)) };
}

/** The same numbers in the same order under another shape, or null where no strides can say so. */
export function reshaped(view: View, shape: readonly number[]): View | null {
  if (shape.includes(0)) return contiguous(shape);
  const axes = view.shape.map((size, axis) => ({ size, stride: view.strides[axis] as number })).filter(({ size }) => size !== 1);
  const strides = new Array<number>(shape.length).fill(0);
  let next = axes.length - 1;
  // From the back: the new axes that fill one old axis, or old axes that lie one behind the other.
  let left = 1;
  let stride = 0;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size === 1) continue;
    if (left === 1) {
      const old = axes[next--];
      if (!old) return null;
      ({ size: left, stride } = old);
    }
    while (left % size !== 0) {
      const old = axes[next--];
      if (!old || old.stride !== stride * left) return null;
      left *= old.size;
    }
    strides[axis] = stride;
    stride *= size;
    left /= size;
  }
  return left === 1 && next === -1 ? { shape, offset: view.offset, strides } : null;
}

/** Axes of several views of one shape, without those of length 1, and joined where every view runs through both in one. */
export function mergeAxes(
  shape: readonly number[],
  views: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const strides: number[][] = views.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis] as number;
    if (size === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && views.every((view, k) => strides[k]?.[last] === (view[axis] as number) * size);
    if (joins) sizes[last] = (sizes[last] as number) * size;
    else sizes.push(size);
    for (const [k, view] of views.entries()) (strides[k] as number[])[joins ? last : last + 1] = view[axis] as number;
  }
  return { shape: sizes, strides };
}
