import { afterEach, beforeEach, vi } from 'vitest';

// A library prints nothing of its own accord. A test that expects output puts its own spy in place of these.
const methods = ['debug', 'error', 'info', 'log', 'warn'] as const;
let spies: { method: string; calls: unknown[][] }[] = [];

beforeEach(() => {
  spies = methods.map(method => ({ method, calls: vi.spyOn(console, method).mockImplementation(() => {}).mock.calls }));
});

afterEach(() => {
  const printed = spies.flatMap(({ method, calls }) => calls.map(call => `console.${method}(${call.map(String).join(', ')})`));
  vi.restoreAllMocks();
  if (printed.length > 0) throw new Error(`A test must print nothing, got:\n${printed.join('\n')}`);
});
