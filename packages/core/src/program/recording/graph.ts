/**
 * The graph that a program is recorded into: immutable values made by pure operations, all shapes known.
 *
 * Equal operations on equal inputs are one value (hash-consing), so common subexpressions never exist twice, and what
 * nothing reaches from the outputs is never visited. Operations carry the names and meanings of ONNX operators (opset 18).
 */

/** Element types of values; `int64` and `uint8` appear only inside the graph, never as a TensorFlow.js tensor. */
export type ElementType = 'float32' | 'int32' | 'bool' | 'uint8' | 'int64';

export type ElementArray = Float32Array | Int32Array | Uint8Array | BigInt64Array;

export type Attribute = number | string | readonly number[];

export interface Value {
  readonly id: number;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly source: Source;
}

export type Source =
  | { readonly kind: 'input'; readonly name: string }
  /** One number in every place; by far the most constants of a recorded gradient are of this kind. */
  | { readonly kind: 'splat'; readonly value: number }
  | { readonly kind: 'constant'; readonly data: ElementArray }
  | {
      readonly kind: 'operation';
      readonly operator: string;
      readonly inputs: readonly Value[];
      readonly attributes: Readonly<Record<string, Attribute>>;
    };

export type Operation = Extract<Source, { kind: 'operation' }>;

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** Shape of an elementwise operation on shapes that broadcast as in numpy. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new Error(`Graph: shapes [${a}] and [${b}] do not broadcast.`);
    return x === 1 ? y : x;
  });
}

/** The operation that made a value, when it is of the given operator. */
export function operation(value: Value, operator: string): Operation | null {
  return value.source.kind === 'operation' && value.source.operator === operator ? value.source : null;
}

/** Makes values; knows nothing of what the operators mean. */
export class Graph {
  readonly #values = new Map<string, Value>();
  #next = 0;

  /** An input may be seen in several shapes; the caller sees to it that outputs need one of them alone. */
  input(name: string, shape: readonly number[], type: ElementType): Value {
    return this.#intern(`input ${name} ${shape}`, shape, type, { kind: 'input', name });
  }

  splat(value: number, shape: readonly number[], type: ElementType): Value {
    const key = `splat ${Object.is(value, -0) ? '-0' : value} ${type} ${shape}`;
    return this.#intern(key, shape, type, { kind: 'splat', value });
  }

  /** Takes ownership of `data`. Arrays of one repeated number become splats. */
  constant(data: ElementArray, shape: readonly number[], type: ElementType): Value {
    const first = data[0];
    if (typeof first === 'number' && data.every(x => Object.is(x, first))) return this.splat(first, shape, type);
    // By bits: -0 and 0 are two constants.
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const key = data.length <= 64 ? `constant ${type} ${shape} : ${bytes.join()}` : `constant #${this.#next}`;
    return this.#intern(key, shape, type, { kind: 'constant', data });
  }

  apply(
    operator: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, Attribute>>,
    shape: readonly number[],
    type: ElementType,
  ): Value {
    const key = `${operator} ${inputs.map(input => input.id)} ${JSON.stringify(attributes)} ${shape} ${type}`;
    return this.#intern(key, shape, type, { kind: 'operation', operator, inputs, attributes });
  }

  #intern(key: string, shape: readonly number[], type: ElementType, source: Source): Value {
    const known = this.#values.get(key);
    if (known) return known;
    const value: Value = { id: this.#next++, shape: [...shape], type, source };
    this.#values.set(key, value);
    return value;
  }
}

/** Every value that the outputs need, each after its inputs. */
export function reachable(outputs: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const value = stack[stack.length - 1] as Value;
    if (seen.has(value)) {
      stack.pop();
      continue;
    }
    const inputs = value.source.kind === 'operation' ? value.source.inputs : [];
    const waiting = inputs.filter(input => !seen.has(input));
    if (waiting.length > 0) {
      stack.push(...waiting.reverse());
      continue;
    }
    seen.add(value);
    order.push(value);
    stack.pop();
  }
  return order;
}
