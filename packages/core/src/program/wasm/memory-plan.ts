import { sizeOf } from '../recording/graph.ts';
import type { Node, Operand } from './node.ts';
import { productWorkspace } from './product.ts';
import type { Schedule } from './schedule.ts';
import { isContiguous } from './view.ts';

/** Loads of four numbers may read so many bytes past the last one. */
export const OVERRUN = 16;

/** Operators that refuse indices. */
const CHECKED = new Set(['Gather', 'GatherElements', 'GatherND', 'ScatterND']);

/** What a program writes back: new numbers of a state vector. */
export interface StateResult {
  readonly vector: string;
  readonly operand: Operand;
}

export interface MemoryPlan {
  /** Bytes that the program needs for itself. */
  readonly bytes: number;
  /** Where nodes lie in it; nodes that are only in registers are left out. */
  readonly offsets: ReadonlyMap<Node, number>;
  readonly workspaces: ReadonlyMap<Node, number>;
  /** Nodes that are made where the state vector lies, the old numbers of which nothing reads any more. */
  readonly inPlace: ReadonlyMap<Node, string>;
}

/** Gives every array a place in memory that is free while it is needed. @param kept arrays that are read after the call */
export function planMemory({ groups, place }: Schedule, kept: readonly Operand[], state: readonly StateResult[]): MemoryPlan {
  const lastUse = new Map<Node, number>();
  for (const [k, group] of groups.entries())
    for (const { operands } of group.members) for (const { node } of operands) lastUse.set(node, k);
  const inPlace = findInPlace({ groups, place }, state, lastUse);
  for (const { node } of [...kept, ...state.map(({ operand }) => operand)]) lastUse.set(node, Number.POSITIVE_INFINITY);

  const offsets = new Map<Node, number>();
  const workspaces = new Map<Node, number>();
  const room = new Room();
  for (const [k, group] of groups.entries()) {
    const own = group.members.filter(node => !inPlace.has(node) && (lastUse.get(node) ?? -1) > (group.elementwise ? k : -1));
    for (const node of own) offsets.set(node, room.take(4 * sizeOf(node.shape) + OVERRUN));
    const [first] = group.members as [Node];
    const extra = first.kind === 'product' ? productWorkspace(first) : 0;
    if (extra > 0) {
      const offset = room.take(4 * extra + OVERRUN);
      workspaces.set(first, offset);
      room.release(offset);
    }
    for (const [node, offset] of offsets) if (lastUse.get(node) === k) room.release(offset);
  }
  return { bytes: room.bytes, offsets, workspaces, inPlace };
}

function findInPlace(
  { groups, place }: Schedule,
  state: readonly StateResult[],
  lastUse: ReadonlyMap<Node, number>,
): Map<Node, string> {
  const leaves = new Map<string, Node>();
  for (const group of groups) {
    for (const { operands } of group.members)
      for (const { node } of operands) if (node.leaf?.kind === 'state') leaves.set(node.leaf.vector, node);
  }
  // An index that names nothing ends the call: state is written behind the last place where that can happen.
  const lastCheck = groups.findLastIndex(({ members }) => members.some(({ operator }) => CHECKED.has(operator)));
  const inPlace = new Map<Node, string>();
  for (const { vector, operand } of state) {
    const made = place.get(operand.node);
    if (made === undefined || inPlace.has(operand.node) || operand.view.offset !== 0 || !isContiguous(operand.view)) continue;
    if (sizeOf(operand.node.shape) !== sizeOf(operand.view.shape)) continue;
    const old = leaves.get(vector);
    const last = old ? (lastUse.get(old) ?? -1) : -1;
    const group = groups[made] as Schedule['groups'][number];
    if (last > made || made < lastCheck) continue;
    // In the loop that writes it, each number may be read only where the new one is written.
    const isSafe =
      last < made ||
      (group.elementwise &&
        group.members.every(member =>
          member.operands.every(
            ({ node }, k) =>
              node !== old || isSamePlace((group.views.get(member) as readonly Operand['view'][])[k] as Operand['view']),
          ),
        ));
    if (isSafe) inPlace.set(operand.node, vector);
  }
  return inPlace;
}

function isSamePlace(view: Operand['view']): boolean {
  return view.offset === 0 && isContiguous(view);
}

/** Memory from 0 upwards, of which stretches are taken and released. */
class Room {
  bytes = 0;
  /** In use, in order. */
  readonly #taken: { offset: number; end: number }[] = [];

  take(size: number): number {
    const bytes = Math.ceil(size / 16) * 16;
    let [offset, at] = [0, 0];
    while (at < this.#taken.length) {
      const next = this.#taken[at] as { offset: number; end: number };
      if (next.offset - offset >= bytes) break;
      offset = next.end;
      at++;
    }
    this.#taken.splice(at, 0, { offset, end: offset + bytes });
    this.bytes = Math.max(this.bytes, offset + bytes);
    return offset;
  }

  release(offset: number): void {
    const at = this.#taken.findIndex(part => part.offset === offset);
    if (at >= 0) this.#taken.splice(at, 1);
  }
}
