import { execFile } from 'node:child_process';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ENGINES } from './engine-flags.ts';
import { installedFrom, ownVersion } from './own-package.ts';
import { type ProbedEngine, probeEngines } from './processes/probe-engines.ts';

/** What was found on this machine, for `zpin doctor`. */
export interface DoctorFacts {
  readonly zpin: string;
  readonly node: string;
  readonly platform: string;
  readonly cores: number;
  /** Bytes: that this process may have at most, and that are free. */
  readonly memory: { readonly total: number; readonly free: number };
  readonly engines: readonly ProbedEngine[];
  readonly packages: readonly FoundPackage[];
  readonly python: FoundPython;
  /** Folders of different copies of `@tensorflow/tfjs-core` that this program and the project in the current folder would load. */
  readonly tensorflowCopies: readonly string[];
}

export interface FoundPackage {
  readonly name: string;
  /** Null where it is not installed. */
  readonly version: string | null;
  readonly purpose: string;
}

export interface FoundPython {
  readonly command: string;
  /** Whether the user chose the interpreter, by `ZPIN_PYTHON`. */
  readonly isChosen: boolean;
  readonly version: string | null;
  readonly gymnasium: string | null;
}

/** Packages that users bring along if they like. */
const OPTIONAL: readonly (readonly [string, string])[] = [
  ['onnxruntime-node', 'engine onnx: native kernels'],
  ['@mujoco/mujoco', 'the MuJoCo environments'],
  ['@tensorflow/tfjs-node', 'engine tensorflow: native library'],
  ['@tensorflow/tfjs-node-gpu', 'engine tensorflow: GPU'],
];

type Variables = Readonly<Record<string, string | undefined>>;

export async function doctorFacts(env: Variables): Promise<DoctorFacts> {
  const limit = process.constrainedMemory();
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return {
    zpin: ownVersion(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    memory: { total, free: Math.min(total, freemem()) },
    engines: await foundEngines(),
    packages: OPTIONAL.map(([name, purpose]) => ({ name, purpose, version: installed(name)?.version ?? null })),
    python: await foundPython(env),
    tensorflowCopies: tensorflowCopies(),
  };
}

async function foundEngines(): Promise<ProbedEngine[]> {
  const probed = await probeEngines(ENGINES.filter(name => name !== 'auto'));
  return probed.map(({ problem, ...engine }) => ({ ...engine, problem: problem?.replace('createEngine: ', '') ?? null }));
}

/** Where a package is found from the project in the current folder, else from this program. */
function installed(name: string): { readonly folder: string; readonly version: string } | null {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    const found = installedFrom(from, name);
    if (found) return found;
  }
  return null;
}

function tensorflowCopies(): string[] {
  const name = '@tensorflow/tfjs-core';
  const found = [import.meta.url, join(process.cwd(), 'package.json')].map(from => installedFrom(from, name)?.folder);
  const copies = [...new Set(found.filter(folder => folder !== undefined))];
  return copies.length > 1 ? copies : [];
}

const PYTHON_SCRIPT = `import json, sys
try:
    from importlib.metadata import version
    gymnasium = version("gymnasium")
except Exception:
    gymnasium = None
print(json.dumps({"version": sys.version.split()[0], "gymnasium": gymnasium}))`;

async function foundPython(env: Variables): Promise<FoundPython> {
  const isChosen = Boolean(env.ZPIN_PYTHON);
  const command = env.ZPIN_PYTHON || (process.platform === 'win32' ? 'python' : 'python3');
  try {
    const { stdout } = await promisify(execFile)(command, ['-c', PYTHON_SCRIPT], { timeout: 20_000 });
    const { version, gymnasium } = JSON.parse(stdout) as Pick<FoundPython, 'version' | 'gymnasium'>;
    return { command, isChosen, version, gymnasium };
  } catch {
    return { command, isChosen, version: null, gymnasium: null };
  }
}

/** Less free memory than this is a fault: a replay memory of a million small transitions takes some of it. */
const LITTLE_MEMORY = 2 ** 29;

export interface Advice {
  readonly text: string;
  /** Whether something is wrong; else something could be better. */
  readonly isFault: boolean;
}

/** One line for each fault, with what to do. */
export function adviceOf({ node, engines, memory, python, tensorflowCopies: copies }: DoctorFacts): Advice[] {
  const advice: Advice[] = [];
  const fault = (text: string) => advice.push({ text, isFault: true });
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) fault(`Node ${node} is too old: install 20.19 or newer.`);
  // Without the native library everything runs, on the engine wasm.
  if (engines.some(({ name, problem }) => name === 'onnx' && problem !== null)) {
    const text = 'The native engine is faster for wide networks: npm install onnxruntime-node --ignore-scripts.';
    advice.push({ text, isFault: false });
  }
  for (const { name, problem } of engines) {
    // The others need packages that nobody has to have.
    if (problem !== null && name === 'wasm') fault(`Engine ${name} does not load: ${problem}`);
  }
  if (copies.length > 0) {
    fault("There are two copies of @tensorflow/tfjs-core, this program's and your project's: npm dedupe leaves one.");
  }
  if (memory.free < LITTLE_MEMORY) {
    fault('Less than 512 MiB of memory are free: end other programs, or choose a smaller --buffer-size.');
  }
  if (python.isChosen && python.version === null) {
    fault(`ZPIN_PYTHON, ${python.command}, does not run: name an interpreter, or unset it.`);
  } else if (python.isChosen && python.gymnasium === null) {
    fault(`ZPIN_PYTHON has no Gymnasium: ${python.command} -m pip install gymnasium.`);
  }
  return advice;
}
