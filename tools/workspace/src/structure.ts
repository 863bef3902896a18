import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import ts from 'typescript';
import { importsOf } from './imports.ts';
import { root } from './repository.ts';

/**
 * Circles of imports, type imports included: groups of files each of which reaches every other of its group (the strongly
 * connected components of more than one file, by Tarjan, "Depth-first search and linear graph algorithms", 1972).
 */
export function importCircles(files: readonly string[]): string[][] {
  const known = new Set(files);
  const edges = new Map(
    files.map(file => [
      file,
      importsOf(file)
        .filter(specifier => specifier.startsWith('.'))
        .map(specifier => resolve(dirname(file), specifier))
        .filter(target => known.has(target)),
    ]),
  );
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): number => {
    const at = order.size;
    order.set(file, at);
    lowest.set(file, at);
    path.push(file);
    let low = at;
    for (const target of edges.get(file) ?? []) {
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (path.includes(target)) low = Math.min(low, order.get(target) as number);
    }
    if (low === at) {
      const group = path.splice(path.indexOf(file));
      if (group.length > 1 || edges.get(file)?.includes(file)) circles.push(group.map(member => relative(root, member)));
    }
    return low;
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return circles;
}

/** A function and its length. */
export interface FunctionLength {
  /** Path in the repository, line and name. */
  readonly name: string;
  readonly lines: number;
}

/** Functions, methods and constructors of a file, those inside others counted with them and by themselves. */
export function functionLengths(file: string): FunctionLength[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: FunctionLength[] = [];
  const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const first = lineOf(node.getStart());
      const name = node.name?.getText() ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name.getText() : 'a function');
      found.push({ name: `${relative(root, file)}:${first} ${name}`, lines: lineOf(node.end) - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
