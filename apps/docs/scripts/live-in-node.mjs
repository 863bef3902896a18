// Runs the worker of the live CartPole page in Node to its end, and prints the fingerprint of the weights. Runs the sources, with
// node --conditions=@zpin/source. Settings come as JSON in the first argument.
import { register } from 'node:module';

register(new URL('../../../tools/testing/typescript-hooks.mjs', import.meta.url));
const settings = JSON.parse(process.argv[2] ?? '{}');
const scope = {
  onmessage: (/** @type {{ data: unknown }} */ _) => {},
  /** @param {import('../src/live/cart-pole-messages.ts').CartPoleReport} report */
  postMessage(report) {
    if (report.type !== 'done' && report.type !== 'error') return;
    console.log(report.type === 'done' ? report.weights : report.text);
    // The worker would go on showing what it has learned.
    process.exit(report.type === 'done' ? 0 : 1);
  },
};
Object.assign(globalThis, { self: scope });
await import('../src/live/cart-pole-worker.ts');
scope.onmessage({ data: { type: 'start', settings } });
