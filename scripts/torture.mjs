// Runs apps/cli/torture from sources, in a process that can load TypeScript.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, isInstalled, providePnpm, requireNode, root } from './toolchain.mjs';

requireNode();
providePnpm();
if (!isInstalled()) install();

const hooks = pathToFileURL(join(root, 'tools', 'testing', 'typescript.mjs')).href;
const program = join(root, 'apps', 'cli', 'torture', 'main.ts');
const argv = ['--conditions=@zpin/source', '--import', hooks, program, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
process.exitCode = status ?? 1;
