// Runs a program of `benchmarks/src` from sources: `pnpm bench` for speed, `pnpm bench learning ...` for another one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, fail, install, isInstalled, providePnpm, requireNode, root } from './toolchain.mjs';

requireNode();
providePnpm();
if (!isInstalled()) install();
await build('benchmarks');

const named = process.argv[2] !== undefined && !process.argv[2].startsWith('-');
const name = named ? process.argv.splice(2, 1)[0] : 'speed';
const file = join(root, 'benchmarks', 'dist', `${name}.js`);
if (!existsSync(file))
  fail(`bench: the benchmark must be a file of benchmarks/src, got "${name}". Leave the name out for speed.`);
process.argv[1] = file;
await import(pathToFileURL(file).href);
