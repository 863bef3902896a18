import { afterEach, beforeEach } from 'vitest';

// A library prints nothing of its own accord. A test that expects output puts a spy with its own implementation over these.
const methods = ['debug', 'error', 'info', 'log', 'warn'] as const;
const originals = methods.map(method => ({ method, print: console[method] }));
let printed: string[] = [];

beforeEach(() => {
  printed = [];
  for (const { method } of originals)
    console[method] = (...args) => printed.push(`console.${method}(${args.map(String).join(', ')})`);
});

afterEach(() => {
  for (const { method, print } of originals) console[method] = print;
  if (printed.length > 0) throw new Error(`A test must print nothing, got:\n${printed.join('\n')}`);
});
