import type { GraphBuilder } from '../recording/builder.ts';
import { operation, sizeOf, type Value } from '../recording/graph.ts';
import { rewrite } from './rewrite.ts';

/**
 * From so many numbers on, a node more costs less than a slow road of the runtime: a column that is transposed in a product makes it copy
 * the other matrix.
 */
const LARGE = 16_384;

/**
 * Puts a gradient together from rows. Its parts are products of matrices, and those of biases and of single outputs have one row
 * or one column: as rows side by side they need no `Reshape`, which parts of one axis would. Nor does a sum of squares.
 */
export function flattenProducts(
  builder: GraphBuilder,
  outputs: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  const now = rewrite(builder, Object.values(outputs), (value, inputNow) => {
    const concat = value.shape.length === 1 ? operation(value, 'Concat') : null;
    if (concat) return rowOfParts(builder, value, concat.inputs.map(inputNow));
    const product = sizeOf(value.shape) === 1 ? operation(value, 'Reshape')?.inputs[0] : undefined;
    return product ? sumOfSquares(builder, value, product, inputNow) : null;
  });
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, now(value)]));
}

/** Parts of one axis behind each other as rows side by side, where two of them or more are products that can be rows. */
function rowOfParts(builder: GraphBuilder, whole: Value, parts: readonly Value[]): Value | null {
  const rows = parts.map(part => productRow(builder, part));
  if (rows.filter(row => row !== null).length < 2) return null;
  const row = builder.concat(
    parts.map((part, k) => rows[k] ?? builder.reshape(part, [1, sizeOf(part.shape)])),
    1,
  );
  return builder.reshape(row, whole.shape);
}

/** A product of one row or one column as a row of two axes; `null` where a part is none. */
function productRow(builder: GraphBuilder, part: Value): Value | null {
  const product = operation(part, 'Reshape')?.inputs[0];
  const gemm = product && operation(product, 'Gemm');
  // A third operand is the bias.
  if (!product || !gemm || gemm.inputs.length > 2) return null;
  if (product.shape[0] === 1) return product;
  if (product.shape[1] !== 1) return null;
  // (A B)ᵀ = Bᵀ Aᵀ.
  const [a, b] = gemm.inputs as [Value, Value];
  const row = sizeOf(a.shape) < LARGE ? null : builder.reshape(b, [1, sizeOf(b.shape)]);
  return builder.gemm(row ?? b, a, row === null && gemm.attributes.transB !== 1, gemm.attributes.transA !== 1);
}

/** A row times itself as one operator, of the shape `[]` or `[1]`. */
function sumOfSquares(builder: GraphBuilder, value: Value, product: Value, now: (value: Value) => Value): Value | null {
  const gemm = operation(product, 'Gemm');
  const [a, b] = gemm?.inputs ?? [];
  if (!gemm || !a || a !== b || gemm.inputs.length > 2 || a.shape[0] !== 1 || gemm.attributes.transB !== 1) return null;
  // Over all axes the runtime has vector instructions for it, along one of them it has none.
  const isWhole = value.shape.length === 0 || sizeOf(a.shape) >= LARGE;
  const axes = builder.integers(isWhole ? [0, 1] : [1]);
  const sum = builder.apply('ReduceSumSquare', [now(a), axes], isWhole ? [] : value.shape, 'float32', { keepdims: 0 });
  return builder.reshape(sum, value.shape);
}
