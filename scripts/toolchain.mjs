// What the other scripts stand on: npm and Node are all a user has; pnpm, at the version that package.json names, is found or
// fetched. Plain JavaScript without dependencies, since it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const cache = join(root, 'node_modules', '.cache', 'zpin');

/** @type {{ packageManager: string, engines: { node: string } }} */
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pnpmVersion = manifest.packageManager.replace('pnpm@', '');
const windows = process.platform === 'win32';

// No install script may fetch anything, no tool may report home, and no tool may ask a question that nobody answers.
Object.assign(process.env, {
  COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
  DO_NOT_TRACK: '1',
  ONNXRUNTIME_NODE_INSTALL: 'skip',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  TURBO_TELEMETRY_DISABLED: '1',
});

/**
 * Ends the process with a message.
 * @param {string} text
 * @param {number} [code]
 * @returns {never}
 */
export function fail(text, code = 1) {
  console.error(`\n${text}`);
  process.exit(code);
}

/** @param {string} text */
export function heading(text) {
  console.log(`\n▸ ${text}`);
}

/**
 * Runs a command in the root of the workspace with its output shown; ends the process when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} remedy what to do about a failure
 */
export function run(command, args, remedy) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], shell: windows });
  if (error) fail(`${command}: must start, got ${error.message}. ${remedy}`);
  if (status !== 0) fail(`${command} ${args.join(' ')}: must succeed, got exit code ${status}. ${remedy}`, status ?? 1);
}

/** Refuses a Node that is too old, before anything cryptic happens. */
export function requireNode() {
  const wanted = manifest.engines.node.replace('>=', '');
  const [major = 0, minor = 0] = wanted.split('.').map(Number);
  const [actualMajor = 0, actualMinor = 0] = process.versions.node.split('.').map(Number);
  if (actualMajor < major || (actualMajor === major && actualMinor < minor)) {
    fail(`Node must be ${wanted} or newer, got ${process.versions.node}. Install a newer one from https://nodejs.org.`);
  }
}

/** Puts the right pnpm first on the PATH: the one that is there, or one kept in `node_modules/.cache`. */
export function providePnpm() {
  const probe = spawnSync('pnpm', ['--version'], { cwd: tmpdir(), encoding: 'utf8', shell: windows, timeout: 20_000 });
  if (probe.status === 0 && probe.stdout.trim() === pnpmVersion) return;
  const prefix = join(cache, `pnpm-${pnpmVersion}`);
  const bin = join(prefix, 'node_modules', '.bin');
  if (!existsSync(join(bin, 'pnpm'))) {
    heading(`Fetching pnpm ${pnpmVersion}`);
    run(
      'npm',
      ['install', '--prefix', prefix, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `pnpm@${pnpmVersion}`],
      'Check that npm reaches its registry, then run this again.',
    );
  }
  process.env.PATH = bin + delimiter + process.env.PATH;
}

export function isInstalled() {
  return existsSync(join(root, 'node_modules', '.modules.yaml'));
}

/** Installs what the lock file names; touches no network when it is all there. */
export function install() {
  heading('Installing');
  run(
    'pnpm',
    ['install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false'],
    'Check that npm reaches its registry, then run this again; when it persists, delete node_modules first.',
  );
}

/**
 * Builds a package and what it depends on; what is up to date stays. Quiet, so that output can be piped, unless it takes long or
 * fails.
 * @param {string} name
 * @returns {Promise<void>}
 */
export function build(name) {
  const args = ['run', 'build', `--filter=${name}`, '--output-logs=errors-only', '--no-color'];
  const child = spawn(process.execPath, [join(root, 'node_modules', 'turbo', 'bin', 'turbo'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', text => {
      output += text;
    });
  }
  const notice = setTimeout(() => console.error('Building what changed…'), 1000);
  return new Promise(resolve => {
    child.on('error', error => fail(`build: turbo must start, got ${error.message}. Run npm run quickstart to install it.`));
    child.on('close', status => {
      clearTimeout(notice);
      if (status !== 0) fail(`${output}\nbuild: must succeed, got exit code ${status}. Correct the errors above.`);
      resolve();
    });
  });
}
