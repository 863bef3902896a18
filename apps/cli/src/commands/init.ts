import { InputError, message, printable } from '@zpin/contracts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { shellWord } from '../shell-word.ts';
import { styleOf } from '../style.ts';

/** Adds `zpin init`. */
export function initCommand({ program, io, finish }: CommandContext): void {
  program
    .command('init')
    .description('Write a small project that runs as it is: an environment of your own, settings, a training script and a test.')
    .argument('[dir]', 'new or empty folder (default: the current one)')
    .exitOverride()
    .action(async (dir: string | undefined) => {
      await finish(writeProject(dir ?? '.', io));
    });
}

async function writeProject(dir: string, io: Io): Promise<number> {
  const where = 'zpin init';
  const [{ basename, join, resolve }, { existsSync, readdirSync, statSync, writeFileSync }, { makeFolder }, { projectFiles }] =
    await Promise.all([import('node:path'), import('node:fs'), import('@zpin/core/node'), import('../project-template.ts')]);
  const folder = resolve(dir);
  // What version control and editors leave is no project yet.
  const isFree = () =>
    statSync(folder).isDirectory() && readdirSync(folder).every(name => ['.git', '.vscode', '.idea'].includes(name));
  if (existsSync(folder) && !isFree()) {
    throw new InputError(message(where, 'the folder must be new or empty', dir, 'Name another one: zpin init maze'));
  }
  // The names that npm takes.
  const name =
    basename(folder)
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, '-')
      .replace(/^[._-]+|-+$/g, '') || 'maze';
  const files = projectFiles(name);
  try {
    makeFolder(folder);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { flag: 'wx' });
  } catch (error) {
    const reason = (error as Error).message.split(',')[0];
    throw new InputError(message(where, 'the folder must be a place to write to', dir, `Choose another one: ${reason}`));
  }
  const { bold } = styleOf(io.stdout, io.env);
  const enter = dir === '.' ? [] : [`cd ${shellWord(dir)}`];
  const next = [...enter, 'npm install', 'npm run train'].map(line => `  ${bold(line)}`);
  io.stdout.write(
    `${printable(folder)}\n${Object.keys(files)
      .map(file => `  ${file}`)
      .join('\n')}\n\nNow:\n${next.join('\n')}\n`,
  );
  return EXIT.done;
}
