import { type Attribute, type ElementType, operation, reachable, type Value } from '../recording/graph.ts';
import { integersOf } from '../recording/shape-builder.ts';
import { isElementwise } from './elementwise.ts';
import type { Kind, Leaf, Node, Operand } from './node.ts';
import { broadcast, contiguous, isContiguous, reshaped, sliced, transposed, type View } from './view.ts';

const KINDS: Readonly<Record<string, Kind>> = {
  Gemm: 'product',
  MatMul: 'product',
  ReduceSum: 'reduction',
  ReduceMean: 'reduction',
  ReduceMax: 'reduction',
  ReduceMin: 'reduction',
  ReduceProd: 'reduction',
  Concat: 'placement',
  Pad: 'placement',
  Tile: 'placement',
  ArgMax: 'indexing',
  ArgMin: 'indexing',
  CumSum: 'indexing',
  Gather: 'indexing',
  GatherElements: 'indexing',
  GatherND: 'indexing',
  ScatterND: 'indexing',
  TopK: 'indexing',
};

/** Turns the values of a graph into nodes: whatever only moves numbers becomes a view of what it moves. */
export class Lowering {
  /** In the order in which they can be computed. */
  readonly nodes: Node[] = [];
  readonly #operands = new Map<Value, Operand>();
  readonly #copies = new Map<string, Operand>();
  readonly #leafOf: (name: string) => Leaf;

  /** @param leafOf what an input of the graph is */
  constructor(leafOf: (name: string) => Leaf) {
    this.#leafOf = leafOf;
  }

  /** Nodes for everything that the values need. */
  take(values: readonly Value[]): Operand[] {
    for (const value of reachable(values)) {
      // What steers an operator is read where that operator is lowered.
      if (value.type === 'int64' && value.source.kind !== 'operation') continue;
      if (!this.#operands.has(value)) this.#operands.set(value, this.#lower(value));
    }
    return values.map(value => this.operand(value));
  }

  operand(value: Value): Operand {
    const known = this.#operands.get(value);
    if (known) return known;
    const made = this.#lower(value);
    this.#operands.set(value, made);
    return made;
  }

  /** The operand row by row in memory: itself, or a copy. */
  rowByRow(operand: Operand): Operand {
    const fits = isContiguous(operand.view) && operand.node.leaf?.kind !== 'splat' && !isBytes(operand.node);
    return fits ? operand : this.copy(operand);
  }

  copy(operand: Operand): Operand {
    const key = `${operand.node.id} ${operand.view.offset} ${operand.view.strides} ${operand.view.shape}`;
    let copy = this.#copies.get(key);
    if (!copy) {
      copy = whole(this.#add('elementwise', 'Identity', [operand], operand.view.shape, operand.node.type, {}));
      this.#copies.set(key, copy);
    }
    return copy;
  }

  #add(
    kind: Kind,
    operator: string,
    operands: readonly Operand[],
    shape: readonly number[],
    type: ElementType,
    attributes: Readonly<Record<string, Attribute>>,
  ): Node {
    const node: Node = { id: this.nodes.length, shape, type, leaf: null, kind, operator, operands, attributes };
    this.nodes.push(node);
    return node;
  }

  #leaf(value: Value, leaf: Leaf): Operand {
    const { shape, type } = value;
    const node: Node = { id: this.nodes.length, shape, type, leaf, kind: null, operator: '', operands: [], attributes: {} };
    this.nodes.push(node);
    const view = contiguous(shape);
    return { node, view: leaf.kind === 'splat' ? { ...view, strides: shape.map(() => 0) } : view };
  }

  #lower(value: Value): Operand {
    const { source } = value;
    if (source.kind === 'input') return this.#leaf(value, this.#leafOf(source.name));
    if (source.kind === 'splat') return this.#leaf(value, { kind: 'splat', value: source.value });
    if (source.kind === 'constant') return this.#leaf(value, { kind: 'constant', data: source.data });
    const { operator, inputs, attributes } = source;
    const view = this.#view(value);
    if (view) return view;
    if (isElementwise(operator)) {
      const operands = inputs.map(input => {
        const { node, view } = this.operand(input);
        return { node, view: broadcast(view, value.shape) };
      });
      return whole(this.#add('elementwise', operator, operands, value.shape, value.type, attributes));
    }
    const kind = KINDS[operator];
    if (!kind) throw new Error(`operator ${operator} has no WebAssembly form`);
    return whole(this.#special(kind, value));
  }

  /** Operands of operators that are not elementwise, and their constants as attributes. */
  #special(kind: Kind, value: Value): Node {
    const { operator, inputs, attributes } = operation(value, (value.source as { operator: string }).operator) as NonNullable<
      ReturnType<typeof operation>
    >;
    const at = (k: number) => {
      const operand = this.operand(inputs[k] as Value);
      const isLoop = kind === 'reduction' || kind === 'indexing';
      return isLoop && (isBytes(operand.node) || operand.node.leaf?.kind === 'splat') ? this.rowByRow(operand) : operand;
    };
    const [operands, added] = ((): [Operand[], Record<string, Attribute>] => {
      if (kind === 'reduction') return [[at(0)], { axes: integersOf(inputs[1] as Value) }];
      if (operator === 'Pad') return [[at(0), at(2)], { amounts: integersOf(inputs[1] as Value) }];
      if (operator === 'Tile') return [[at(0)], {}];
      if (operator === 'CumSum') return [[at(0)], { axis: integersOf(inputs[1] as Value)[0] as number }];
      if (operator === 'ArgMax' || operator === 'ArgMin') return [[at(0)], {}];
      if (operator === 'TopK') return [[this.rowByRow(at(0))], {}];
      if (kind === 'indexing') return [inputs.map((_, k) => this.rowByRow(at(k))), {}];
      return [inputs.map((_, k) => at(k)), {}];
    })();
    const given = kind === 'product' ? operands.map((operand, k) => this.#factor(operand, k === 0)) : operands;
    return this.#add(kind, operator, given, value.shape, value.type, { ...attributes, ...added });
  }

  /** A matrix that products can read: one of its last two axes runs through neighbours. On the left, ones need not be read. */
  #factor(operand: Operand, isLeft: boolean): Operand {
    const { shape, strides } = operand.view;
    const [rows, columns] = shape.slice(-2) as [number, number];
    const [down, along] = strides.slice(-2) as [number, number];
    if (isLeft && operand.node.leaf?.kind === 'splat' && operand.node.leaf.value === 1) return operand;
    const isMatrix = (columns === 1 || along === 1 ? true : (rows === 1 || down === 1) && along >= 0) && down >= 0;
    return isMatrix && !isBytes(operand.node) && operand.node.leaf?.kind !== 'splat' ? operand : this.rowByRow(operand);
  }

  #view(value: Value): Operand | null {
    const source = value.source as { operator: string; inputs: readonly Value[]; attributes: Record<string, Attribute> };
    const { operator, inputs, attributes } = source;
    if (!['Reshape', 'Transpose', 'Expand', 'Slice'].includes(operator)) return null;
    const { node, view } = this.operand(inputs[0] as Value);
    if (operator === 'Transpose') return { node, view: transposed(view, attributes.perm as number[]) };
    if (operator === 'Expand') return { node, view: broadcast(view, value.shape) };
    if (operator === 'Slice') return { node, view: slice(view, inputs, value.shape) };
    const other = reshaped(view, value.shape);
    if (other) return { node, view: other };
    const copy = this.rowByRow({ node, view });
    return { node: copy.node, view: contiguous(value.shape) };
  }
}

function whole(node: Node): Operand {
  return { node, view: contiguous(node.shape) };
}

function isBytes({ leaf, type }: Node): boolean {
  return leaf?.kind === 'given' && (type === 'bool' || type === 'uint8');
}

function slice(view: View, inputs: readonly Value[], shape: readonly number[]): View {
  const [, begins, , axes, steps] = inputs;
  const [begin, step] = [view.shape.map(() => 0), view.shape.map(() => 1)];
  const given = integersOf(begins as Value);
  const strides = steps ? integersOf(steps) : given.map(() => 1);
  for (const [k, axis] of integersOf(axes as Value).entries()) {
    begin[axis] = given[k] as number;
    step[axis] = strides[k] as number;
  }
  return sliced(view, begin, step, shape);
}
