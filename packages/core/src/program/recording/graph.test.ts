import { describe, expect, it } from 'vitest';
import { broadcastShape, Graph, reachable, sizeOf } from './graph.ts';

describe('broadcastShape', () => {
  it.each<[number[], number[], number[]]>([
    [[], [], []],
    [[3], [], [3]],
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [
      [4, 1, 3],
      [2, 1],
      [4, 2, 3],
    ],
    [[1], [0], [0]],
  ])('%j with %j is %j', (a, b, shape) => {
    expect(broadcastShape(a, b)).toEqual(shape);
    expect(broadcastShape(b, a)).toEqual(shape);
  });

  it('refuses what does not fit', () =>
    expect(() => broadcastShape([2, 3], [2])).toThrow('shapes [2,3] and [2] do not broadcast'));
});

it('sizeOf counts elements, one in a scalar', () => expect([sizeOf([]), sizeOf([2, 3]), sizeOf([5, 0])]).toEqual([1, 6, 0]));

describe('Graph', () => {
  it('makes equal values once and different ones apart', () => {
    const graph = new Graph();
    const x = graph.input('x', [2], 'float32');
    expect(graph.input('x', [2], 'float32')).toBe(x);
    expect(graph.splat(1, [2], 'float32')).toBe(graph.splat(1, [2], 'float32'));
    const ones = [
      graph.splat(1, [2], 'float32'),
      graph.splat(1, [2], 'int32'),
      graph.splat(1, [1, 2], 'float32'),
      graph.splat(-1, [2], 'float32'),
    ];
    expect(new Set(ones.map(({ id }) => id)).size).toBe(4);
    expect(graph.splat(0, [], 'float32')).not.toBe(graph.splat(-0, [], 'float32'));
    const apply = (axis: number) => graph.apply('Concat', [x, x], { axis }, [4], 'float32');
    expect(apply(0)).toBe(apply(0));
    expect(apply(0)).not.toBe(apply(1));
  });

  it('takes constants of one number for splats, and others as they are', () => {
    const graph = new Graph();
    expect(graph.constant(Float32Array.of(2, 2), [2], 'float32')).toBe(graph.splat(2, [2], 'float32'));
    expect(graph.constant(Float32Array.of(0, -0), [2], 'float32').source.kind).toBe('constant');
    expect(graph.constant(BigInt64Array.of(2n, 2n), [2], 'int64').source.kind).toBe('constant');
    expect(graph.constant(Float32Array.of(1, 2), [2], 'float32')).toBe(graph.constant(Float32Array.of(1, 2), [2], 'float32'));
    const long = () =>
      graph.constant(
        new Float32Array(100).map((_, i) => i),
        [100],
        'float32',
      );
    expect(long()).not.toBe(long());
  });

  it('keeps a shape of its own', () => {
    const shape = [2];
    const value = new Graph().input('x', shape, 'float32');
    shape[0] = 9;
    expect(value.shape).toEqual([2]);
  });
});

describe('reachable', () => {
  it('lists what outputs need, each after its inputs and once', () => {
    const graph = new Graph();
    const [x, y] = [graph.input('x', [], 'float32'), graph.input('y', [], 'float32')];
    const op = (name: string, ...inputs: (typeof x)[]) => graph.apply(name, inputs, {}, [], 'float32');
    const a = op('A', x);
    const b = op('B', a, a, x);
    op('Unused', y);
    const c = op('C', b, a);
    expect(reachable([c, b])).toEqual([x, a, b, c]);
    expect(reachable([])).toEqual([]);
  });

  it('survives chains longer than the stack', () => {
    const graph = new Graph();
    let value = graph.input('x', [], 'float32');
    for (let i = 0; i < 50_000; i++) value = graph.apply('Neg', [value], {}, [], 'float32');
    expect(reachable([value]).length).toBe(50_001);
  });
});
