import { type Code, call, FunctionBuilder, get, ModuleBuilder, set, V128 } from '@zpin/contracts/webassembly';
import { sizeOf } from '../recording/graph.ts';
import { emitOperation, splatCode } from './elementwise.ts';
import { emitIndexing } from './indexing.ts';
import type { MemoryPlan, StateResult } from './memory-plan.ts';
import { emitNest, type Stream } from './nest.ts';
import { bytesPerNumber, type Node, type Operand } from './node.ts';
import { emitPlacement } from './placement.ts';
import { emitProduct } from './product.ts';
import { emitReduction } from './reduction.ts';
import type { Group, Schedule } from './schedule.ts';
import { contiguous, type View } from './view.ts';

/** Where everything lies that the module reads and writes. */
export interface Addresses {
  /** Of the program's own memory. */
  readonly own: number;
  vector(name: string): number;
  /** Of a leaf that is not a splat. */
  leaf(node: Node): number;
}

/** Writes a scheduled program as a module with one function, `run`. */
export function compile(
  { groups }: Schedule,
  plan: MemoryPlan,
  state: readonly StateResult[],
  addresses: Addresses,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const emitter = new Emitter(module, plan, addresses);
  const run = new FunctionBuilder();
  for (const group of groups) run.emit(call(module.add(emitter.group(group))));
  for (const { vector, operand } of state) {
    if (plan.inPlace.get(operand.node) !== vector) run.emit(call(module.add(emitter.writeBack(vector, operand))));
  }
  module.export('run', module.add(run));
  return module.encode();
}

class Emitter {
  readonly #module: ModuleBuilder;
  readonly #plan: MemoryPlan;
  readonly #addresses: Addresses;

  constructor(module: ModuleBuilder, plan: MemoryPlan, addresses: Addresses) {
    this.#module = module;
    this.#plan = plan;
    this.#addresses = addresses;
  }

  group(group: Group): FunctionBuilder {
    const f = new FunctionBuilder();
    if (group.elementwise) {
      this.#elementwise(f, group);
      return f;
    }
    const [node] = group.members as [Node];
    const result = this.#address(node);
    const addressOf = (operand: Operand) => this.#start(operand);
    if (node.kind === 'product') {
      const workspace = this.#addresses.own + (this.#plan.workspaces.get(node) ?? 0);
      emitProduct(this.#module, f, node, addressOf, result, workspace);
    } else if (node.kind === 'reduction') emitReduction(f, node, this.#start(node.operands[0] as Operand), result);
    else if (node.kind === 'placement') emitPlacement(f, node, (operand, view) => this.#stream(operand.node, view), result);
    else emitIndexing(f, node, addressOf, result);
    return f;
  }

  /** Copies new numbers to where their vector lies. */
  writeBack(vector: string, operand: Operand): FunctionBuilder {
    const f = new FunctionBuilder();
    const { shape } = operand.view;
    const target: Stream = {
      address: this.#addresses.vector(vector),
      strides: contiguous(shape).strides,
      bytes: 4,
      type: 'float32',
    };
    emitNest(f, shape, [this.#stream(operand.node, operand.view), target], cursor => cursor.store(1, cursor.load(0)));
    return f;
  }

  #elementwise(f: FunctionBuilder, { shape, members, views }: Group): void {
    const streams: Stream[] = [];
    const numbers = new Map<string, number>();
    const streamNumber = (node: Node, view: View): number => {
      const key = `${node.id} ${view.offset} ${view.strides}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      streams.push(this.#stream(node, view));
      numbers.set(key, streams.length - 1);
      return streams.length - 1;
    };
    const isMember = new Set(members);
    // Everything is read before anything is written: a vector may be written where it is read.
    const steps = members.map(node => ({
      node,
      reads: node.operands.map(({ node: operand }, k) => {
        if (isMember.has(operand) || operand.leaf?.kind === 'splat') return operand;
        return streamNumber(operand, (views.get(node) as readonly View[])[k] as View);
      }),
    }));
    const inputs = streams.length;
    const results = members.filter(node => this.#plan.inPlace.has(node) || this.#plan.offsets.has(node));
    for (const node of results) streams.push(this.#stream(node, contiguous(shape)));
    const values = new Map<Node, number>(members.map(node => [node, f.local(V128)]));
    const loaded = Array.from({ length: inputs }, () => f.local(V128));
    emitNest(f, shape, streams, cursor => {
      for (const [k, local] of loaded.entries()) f.emit(set(local, cursor.load(k)));
      for (const { node, reads } of steps) {
        const operands = reads.map((read): Code => {
          if (typeof read === 'number') return get(loaded[read] as number);
          if (read.leaf?.kind === 'splat') return splatCode(read.leaf.value, read.type);
          return get(values.get(read) as number);
        });
        f.emit(set(values.get(node) as number, emitOperation(this.#module, f, node, operands)));
      }
      for (const [k, node] of results.entries()) cursor.store(inputs + k, get(values.get(node) as number));
    });
  }

  /** Byte of the first number that an operand reads. */
  #start({ node, view }: Operand): number {
    return this.#address(node) + bytesPerNumber(node) * view.offset;
  }

  #address(node: Node): number {
    const vector = this.#plan.inPlace.get(node);
    if (vector !== undefined) return this.#addresses.vector(vector);
    const offset = this.#plan.offsets.get(node);
    return offset === undefined ? this.#addresses.leaf(node) : this.#addresses.own + offset;
  }

  #stream(node: Node, view: View): Stream {
    const isSplat = node.leaf?.kind === 'splat';
    if (isSplat) throw new Error(`a number repeated ${sizeOf(view.shape)} times lies nowhere`);
    return {
      address: this.#start({ node, view }),
      strides: view.strides,
      bytes: bytesPerNumber(node),
      type: node.leaf?.kind === 'given' && bytesPerNumber(node) === 1 ? node.type : 'float32',
    };
  }
}
