import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { createServer, preview } from 'vite';
import { CHROMIUM_FLAGS } from '../../testing/chromium.mjs';

/** Learning takes longer where the machine has other work. */
const PATIENCE = 300_000;

/** Hides what a tab has not before it loads a module, and prints what that leaves in `globalThis.result`. */
const LIKE_A_WORKER = `
const file = process.argv[1];
for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']) delete globalThis[name];
globalThis.self = globalThis;
globalThis.WorkerGlobalScope = class {};
await import(file);
console.log(JSON.stringify(globalThis.result));
`;

/**
 * What a bundled module leaves in `globalThis.result`, where there is no browser: Node.js without its globals, which packages take for a
 * worker of a tab.
 */
export function resultInNode(folder: string, entry: string): unknown {
  const args = ['--input-type=module', '--eval', LIKE_A_WORKER, new URL(entry, pathToFileURL(`${folder}/`)).href];
  return JSON.parse(
    execFileSync(process.execPath, args, { encoding: 'utf8', timeout: PATIENCE, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

/** Writes the page that loads a module of a folder. Returns its name. */
export function writePage(folder: string, entry: string): string {
  const name = entry.replace(/\.js$/, '.html');
  const head = '<meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">';
  writeFileSync(join(folder, name), `<!doctype html><head>${head}</head><script type="module" src="/${entry}"></script>\n`);
  return name;
}

/** What a page of a folder leaves in `globalThis.result`, in Chromium. */
export async function resultInChromium(executablePath: string, folder: string, page: string): Promise<unknown> {
  const server = await preview({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: { outDir: '.' },
    preview: { host: '127.0.0.1', port: 0 },
  });
  try {
    return await visit(executablePath, server.httpServer.address(), page);
  } finally {
    await server.close();
  }
}

/** The same from Vite's server for development, which bundles packages only. */
export async function resultInDevelopment(executablePath: string, project: string, page: string): Promise<unknown> {
  const server = await createServer({
    root: project,
    configFile: false,
    logLevel: 'silent',
    server: { host: '127.0.0.1', port: 0 },
  });
  try {
    await server.listen();
    return await visit(executablePath, server.httpServer?.address() ?? null, page);
  } finally {
    await server.close();
  }
}

async function visit(executablePath: string, address: object | string | null, path: string): Promise<unknown> {
  const port = typeof address === 'object' && address && 'port' in address ? address.port : 0;
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  const problems: string[] = [];
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    const failed = new Promise<never>((_resolve, reject) => page.on('pageerror', reject));
    page.on('console', message => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    await page.goto(`http://127.0.0.1:${port}/${path}`);
    const found = page.waitForFunction(() => 'result' in globalThis);
    await Promise.race([found, failed]);
    if (problems.length > 0) throw new Error(`visit: a page must have nothing to complain of, got\n${problems.join('\n')}`);
    return await page.evaluate(() => (globalThis as { result?: unknown }).result);
  } finally {
    await browser.close();
  }
}
