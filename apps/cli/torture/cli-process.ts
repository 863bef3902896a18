import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SOURCES = ['--conditions=@zpin/source', '--import', new URL('../../../tools/testing/typescript.mjs', import.meta.url).href];
const PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** A command as a user has it, in a process of its own; what it prints goes on under its name. @param before what starts it */
export function startCli(name: string, argv: readonly string[], before: readonly string[] = []): ChildProcess {
  const [program, ...rest] = [...before, process.execPath, ...SOURCES, PROGRAM, ...argv];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (text: Buffer) => process.stdout.write(`  ${name} ${child.pid}: ${text}`));
  return child;
}

/** Settles when a process has ended. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise(resolve => child.once('exit', resolve));
}
