import { sizeOf } from '../recording/graph.ts';
import type { Node } from './node.ts';
import { isContiguous, reshaped, type View } from './view.ts';

/** Steps of elementwise work in one loop; more would only spill registers. */
const LARGEST_GROUP = 48;

/** What is done in one go: one operation, or elementwise ones in a common nest of loops. */
export interface Group {
  readonly shape: readonly number[];
  readonly elementwise: boolean;
  readonly members: Node[];
  /** How each member sees its operands, in the group's shape. */
  readonly views: Map<Node, readonly View[]>;
}

export interface Schedule {
  readonly groups: readonly Group[];
  /** Number of the group that makes a node. */
  readonly place: ReadonlyMap<Node, number>;
}

/** Puts each elementwise node into a loop that runs over the same places, if one can hold it; everything else stands alone. */
export function schedule(nodes: readonly Node[]): Schedule {
  const groups: Group[] = [];
  const place = new Map<Node, number>();
  for (const node of nodes) {
    if (node.leaf) continue;
    const earliest = Math.max(0, ...node.operands.map(operand => place.get(operand.node) ?? 0));
    let found = groups.length;
    if (node.kind === 'elementwise') {
      for (let k = earliest; k < groups.length; k++) {
        if (!join(groups[k] as Group, node)) continue;
        found = k;
        break;
      }
    }
    if (found === groups.length) {
      const elementwise = node.kind === 'elementwise';
      const views = new Map([[node, node.operands.map(({ view }) => view)]]);
      groups.push({ shape: node.shape, elementwise, members: [node], views });
    }
    place.set(node, found);
  }
  return { groups, place };
}

function join(group: Group, node: Node): boolean {
  if (!group.elementwise || group.members.length >= LARGEST_GROUP || sizeOf(group.shape) !== sizeOf(node.shape)) return false;
  const views: View[] = [];
  for (const operand of node.operands) {
    // Of what the loop makes only the present element is there.
    if (group.views.has(operand.node) && !(operand.view.offset === 0 && isContiguous(operand.view))) return false;
    const view = reshaped(operand.view, group.shape);
    if (!view) return false;
    views.push(view);
  }
  group.members.push(node);
  group.views.set(node, views);
  return true;
}
