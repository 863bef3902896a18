// Runs apps/cli/torture from sources, in a process that can load TypeScript.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, isInstalled, providePnpm, requireNode, root } from './toolchain.mjs';

requireNode();
providePnpm();
if (!isInstalled()) install();

const hooks = pathToFileURL(join(root, 'tools', 'testing', 'typescript.mjs')).href;
// `pnpm torture queue` kills workers of a sweep in a database, `pnpm torture rollouts` workers and learner of one run.
const others = new Map([
  ['queue', 'queue-kills.ts'],
  ['rollouts', 'rollout-kills.ts'],
]);
const [first, ...rest] = process.argv.slice(2);
const other = others.get(first);
const program = join(root, 'apps', 'cli', 'torture', other ?? 'main.ts');
const given = other ? rest : process.argv.slice(2);
const argv = ['--conditions=@zpin/source', '--import', hooks, program, ...given];
const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
process.exitCode = status ?? 1;
