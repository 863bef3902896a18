// The engine `tensorflow` on TensorFlow's native library: `pnpm check:tfjs-node [--gpu] [--node path] [--in folder] [--write]`. Installs
// `@tensorflow/tfjs-node` without install scripts in a folder of its own, makes it work by `tfjs-node.sh`, and runs the benchmark
// `conformance` there, bundled from sources. `--node` is another Node.js to run it on, `--in` a folder where that is done; `--write` stores its table under benchmarks/results.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { heading, install, isInstalled, providePnpm, requireNode, root } from './toolchain.mjs';

const { values: flags } = parseArgs({
  options: {
    gpu: { type: 'boolean' },
    node: { type: 'string', default: process.execPath },
    in: { type: 'string' },
    write: { type: 'boolean' },
  },
});
requireNode();
providePnpm();
if (!isInstalled()) install();
const { build } = createRequire(join(root, 'tools', 'workspace', 'package.json'))('esbuild');

const scratch = mkdtempSync(join(tmpdir(), 'zpin-tfjs-node-'));
const folder = flags.in ?? join(scratch, 'project');
/** @type {(command: string, args: readonly string[]) => void} */
const run = (command, args) => {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  process.exitCode = status ?? 1;
};

try {
  if (flags.in === undefined) {
    mkdirSync(folder);
    heading('Installing');
    const name = `@tensorflow/tfjs-node${flags.gpu ? '-gpu' : ''}`;
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: '4.22.0' } }));
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
    heading('Making it work');
    run('sh', [join(root, 'scripts', 'tfjs-node.sh'), ...(flags.gpu ? ['--gpu'] : [])]);
  }
  heading('Comparing');
  const bundle = join(folder, 'conformance.mjs');
  await build({
    entryPoints: [join(root, 'benchmarks', 'src', 'conformance.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@zpin/source'],
    // TensorFlow.js is what is installed there.
    external: ['@tensorflow/*', 'onnxruntime-node', '@mujoco/mujoco'],
    logLevel: 'error',
  });
  const write = flags.write ? ['--write', join(root, 'benchmarks', 'results', 'conformance.md')] : [];
  run(flags.node, [bundle, '--engine', 'tensorflow', '--backend', 'tensorflow', ...write]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
