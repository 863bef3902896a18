import { expect, test } from 'vitest';
import { call, FunctionBuilder, get, I32, i32, i32Add, ModuleBuilder } from './assembler.ts';

/** A module whose function `run` adds `amount` to what the imported function makes of its parameter. */
function adding(amount: number): { run(value: number): number } {
  const module = new ModuleBuilder();
  const change = module.import('change', [I32], [I32]);
  const run = new FunctionBuilder([I32], [I32]);
  run.emit(i32Add(call(change, get(0)), i32(amount)));
  module.export('run', module.add(run));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const env = { memory, change: (value: number) => 10 * value };
  return new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env }).exports as ReturnType<typeof adding>;
}

// Numbers of one byte and of several, on both sides of each limit of LEB128.
test.each([0, 63, 64, -1, -64, -65, 127, 128, 8191, 8192, -8193, 2 ** 31 - 1, -(2 ** 31)])(
  'calls what it is given, and adds %i to what that returns',
  amount => {
    expect(adding(amount).run(7)).toBe((70 + amount) | 0);
  },
);

test('a function longer than any buffer begins with is written whole', () => {
  const module = new ModuleBuilder();
  const run = new FunctionBuilder([I32], [I32]);
  run.emit(get(0));
  for (let i = 0; i < 5000; i++) run.emit([i32(1000), 0x6a]);
  module.export('run', module.add(run));
  const env = { memory: new WebAssembly.Memory({ initial: 1 }) };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { env });
  expect((exports.run as (value: number) => number)(5)).toBe(5_000_005);
});

test('what is imported behind a function is refused, since it would move the numbers of functions', () => {
  const module = new ModuleBuilder();
  module.add(new FunctionBuilder());
  expect(() => module.import('late')).toThrow('ModuleBuilder.import: imports must come before functions');
});
