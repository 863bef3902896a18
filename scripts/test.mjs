// Every check there is, from a fresh clone: style, types, build, packages as they would be published, tests.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache, fail, heading, install, providePnpm, requireNode, root, run } from './toolchain.mjs';

requireNode();
providePnpm();
install();
heading('Style');
run('pnpm', ['lint'], 'Run pnpm format, then correct what is left.');
heading('Types');
run('pnpm', ['typecheck'], 'Correct the errors above.');
heading('Build, packages as published, unused code, exports');
run('pnpm', ['check'], 'Correct the errors above.');
heading('Tests');
const report = join(cache, 'tests.json');
mkdirSync(cache, { recursive: true });
rmSync(report, { force: true });
const { status } = spawnSync('pnpm', ['unit', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  shell: process.platform === 'win32',
});

/** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTotalTests: number }} */
let counts;
try {
  counts = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  fail('test: the tests must write their report, got none. Look for the error above.');
}
if (counts.numTotalTests === 0) fail('test: at least one test must run, got 0. Look at projects in vitest.config.ts.');
const skipped = counts.numPendingTests > 0 ? `, ${counts.numPendingTests} skipped` : '';
console.log(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed${skipped}`);
process.exitCode = status ?? 1;
