/**
 * `pnpm bench engine-choice [--write]`: the rule by which `auto` chooses between `onnx` and `wasm`, against measurements. Every program
 * of short training runs, from small to wide networks, is called on both engines in turns, on the inputs of the run.
 *
 * The table has floating-point operations and nodes of each program, and processor µs of a call; then what each threshold would lose against the faster engine of every program. `--write` stores it in `benchmarks/results/engine-choice.md`.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Algorithm, createEngine, type Executable, programSize } from '@zpin/core';
import { sac, td3 } from '@zpin/offpolicy';
import { a2c, ppo } from '@zpin/onpolicy';
import { c51, dqn } from '@zpin/value-based';
import { type CaptureCase, type Captured, capturePrograms } from './lib/captured-programs.ts';
import { sideBySide } from './lib/side-by-side.ts';
import { table } from './lib/table.ts';

const ROUNDS = 9;
const THRESHOLDS = [10, 15, 20, 30, 40, 50, 60, 70, 80, 100, 150, 200].map(thousand => 1000 * thousand);

const sizes = (width: number) => ({ hiddenSizes: [width, width] });

function onPolicy(algorithm: Algorithm, width: number, env: string, config: object, steps: number): CaptureCase {
  return { title: `${algorithm.id} ${width}`, algorithm, env, config: { ...config, ...sizes(width) }, steps };
}

function offPolicy(algorithm: Algorithm, width: number, env: string, batchSize: number): CaptureCase {
  const config = { ...sizes(width), batchSize, learningStarts: batchSize };
  return { title: `${algorithm.id} ${width}, batch ${batchSize}`, algorithm, env, config, steps: batchSize + 10 };
}

const cases: readonly CaptureCase[] = [
  ...[32, 64, 128, 256].map(width => onPolicy(ppo, width, 'CartPole-v1', { numEnvs: 1, rolloutLength: 128 }, 150)),
  onPolicy(ppo, 64, 'CartPole-v1', { numEnvs: 8, rolloutLength: 128, batchSize: 256 }, 1100),
  onPolicy(ppo, 64, 'Pendulum-v1', { numEnvs: 8, rolloutLength: 128, batchSize: 256 }, 1100),
  ...[64, 256].map(width => onPolicy(a2c, width, 'CartPole-v1', { numEnvs: 8 }, 100)),
  ...[32, 64, 128, 256].flatMap(width => [32, 128].map(batch => offPolicy(dqn, width, 'CartPole-v1', batch))),
  ...[64, 128].map(width => offPolicy(c51, width, 'CartPole-v1', 32)),
  ...[32, 64, 128, 256].flatMap(width => [64, 256].map(batch => offPolicy(sac, width, 'Pendulum-v1', batch))),
  ...[64, 256].map(width => offPolicy(td3, width, 'Pendulum-v1', 100)),
];

interface Measured {
  readonly title: string;
  readonly productOperations: number;
  readonly nodes: number;
  readonly onnx: number;
  readonly wasm: number;
}

async function measure(subject: CaptureCase): Promise<Measured[]> {
  const [onnx, wasm] = await Promise.all(['onnx' as const, 'wasm' as const].map(name => capture(name, subject)));
  return onnx.map((captured, k) => {
    const { source, inputs } = captured;
    const call = (executable: Executable) => () => executable.run(inputs);
    const [first, second] = sideBySide([call(captured.executable), call((wasm[k] as Captured).executable)], ROUNDS, 5000);
    const { productOperations, nodes } = programSize(source);
    return { title: `${subject.title}: ${source.name}`, productOperations, nodes, onnx: first as number, wasm: second as number };
  });
}

const capture = async (name: 'onnx' | 'wasm', subject: CaptureCase) => capturePrograms(await createEngine(name), subject);

const measured: Measured[] = [];
for (const subject of cases) measured.push(...(await measure(subject)));
measured.sort((a, b) => a.productOperations / a.nodes - b.productOperations / b.nodes);

/** Mean of the time that a threshold takes over that of the faster engine, and the most of any program. */
function loss(threshold: number): string[] {
  const losses = measured.map(({ productOperations, nodes, onnx, wasm }) => {
    const chosen = productOperations <= threshold * nodes ? wasm : onnx;
    return chosen / Math.min(onnx, wasm) - 1;
  });
  const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  return [String(threshold), `${(100 * mean).toFixed(1)} %`, `${(100 * Math.max(...losses)).toFixed(0)} %`];
}

const rows = measured.map(({ title, productOperations, nodes, onnx, wasm }) => [
  ...[title, String(productOperations), String(nodes), String(Math.round(productOperations / nodes))],
  ...[onnx.toFixed(1), wasm.toFixed(1), (wasm / onnx).toFixed(2)],
]);
const text = [
  `Node ${process.version}, one thread, ${cpus()[0]?.model.trim()}. Processor µs per call.`,
  table(['program', 'operations', 'nodes', 'operations per node', 'onnx', 'wasm', 'wasm / onnx'], rows),
  'What a threshold of operations per node, up to which `wasm` is taken, loses against the faster engine of each program:',
  table(['threshold', 'mean', 'most'], THRESHOLDS.map(loss)),
].join('\n\n');
process.stdout.write(`${text}\n`);
if (process.argv.includes('--write'))
  writeFileSync(
    new URL('../results/engine-choice.md', import.meta.url),
    `# Which engine for which program\n\nWritten by \`pnpm bench engine-choice --write\`.\n\n${text}\n`,
  );
