import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../recording/builder.ts';
import { WasmArena } from '../wasm/wasm-arena.ts';
import { elementwiseTail } from './elementwise-tail.ts';
import { compileLoop } from './wasm-loop.ts';

describe('compileLoop', () => {
  it('computes what float32 arithmetic gives, bit for bit, and writes in place', () => {
    const arena = new WasmArena();
    const [p, g, scalars] = [arena.allocate(10), arena.allocate(10), arena.allocate(2)];
    const values = Float32Array.from({ length: 10 }, (_, i) => Math.fround(Math.sin(i) + 2));
    const gradient = Float32Array.from({ length: 10 }, (_, i) => Math.fround(Math.cos(3 * i)));
    arena.view(p).set(values);
    arena.view(g).set(gradient);
    arena.view(scalars).set([0.1, 1e-3]);
    // p ← p − 0.1 · g / (√p + 0.001); g ← |min(−g, p)|, both of the old p. Results: 0 p, 1 g, 2 and 3 scalars, steps from 4 on.
    const loop = compileLoop(arena.memory, {
      arrays: 2,
      scalars: 2,
      steps: [
        { operator: 'Sqrt', operands: [0] },
        { operator: 'Add', operands: [4, 3] },
        { operator: 'Div', operands: [1, 5] },
        { operator: 'Mul', operands: [6, 2] },
        { operator: 'Sub', operands: [0, 7] },
        { operator: 'Neg', operands: [1] },
        { operator: 'Min', operands: [9, 0] },
        { operator: 'Abs', operands: [10] },
      ],
      results: [8, 11],
    });
    loop(48, scalars.offset, [p.offset, g.offset], [p.offset, g.offset]);
    const { fround, sqrt, min, abs } = Math;
    const [rate, epsilon] = [fround(0.1), fround(1e-3)];
    const step = (i: number) => fround(fround(gradient[i] / fround(fround(sqrt(values[i])) + epsilon)) * rate);
    expect([...arena.view(p)]).toEqual([...values].map((value, i) => fround(value - step(i))));
    expect([...arena.view(g)]).toEqual([...values].map((value, i) => abs(min(-gradient[i], value))));
  });
});

describe('WasmArena', () => {
  it('keeps numbers when it grows, and gives freed room out again, cleared', () => {
    const arena = new WasmArena();
    const first = arena.allocate(100);
    const old = arena.view(first);
    old.fill(7);
    const large = arena.allocate(100_000);
    expect(old.length).toBe(0);
    expect([...arena.view(first)]).toEqual(Array.from({ length: 100 }, () => 7));
    arena.free(first);
    const again = arena.allocate(99);
    expect(again.offset).toBe(first.offset);
    expect(arena.view(again).every(value => value === 0)).toBe(true);
    expect(large.offset % 16).toBe(0);
  });
});

describe('elementwiseTail', () => {
  const size = 5000;
  const isState = (name: string) => name.startsWith('state/');

  it('takes what only new state depends on, and leaves the rest', () => {
    const b = new GraphBuilder();
    const [p, m, x] = ['p', 'm', 'x'].map(name => b.input(name, [size], 'float32'));
    const gradient = b.unary('Exp', x);
    const rate = b.reduce('ReduceMean', x, [0]);
    const mean = b.add(b.mul(m, b.scalar(0.9)), gradient);
    const next = b.sub(p, b.mul(mean, rate));
    const tail = elementwiseTail({ 'state/p': next, 'state/m': mean, loss: rate }, isState, size);
    expect(tail?.results.map(({ name }) => name)).toEqual(['state/p', 'state/m']);
    expect(new Set(tail?.arrays)).toEqual(new Set([p, m, gradient]));
    expect(tail?.scalars).toContain(rate);
    expect(tail?.steps.map(({ operator }) => operator).sort()).toEqual(['Add', 'Mul', 'Mul', 'Sub']);
  });

  it('leaves alone what something else reads too, and arrays of other sizes', () => {
    const b = new GraphBuilder();
    const p = b.input('p', [size], 'float32');
    const next = b.mul(p, b.scalar(2));
    const shown = b.reduce('ReduceMax', next, [0]);
    expect(elementwiseTail({ 'state/p': next, shown }, isState, size)).toBeNull();
    const other = b.mul(b.input('q', [10], 'float32'), b.scalar(2));
    expect(elementwiseTail({ 'state/q': other }, isState, size)).toBeNull();
  });
});
