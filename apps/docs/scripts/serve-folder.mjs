import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES = {
  '.bin': 'application/octet-stream',
  '.css': 'text/css',
  '.gif': 'image/gif',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};
/** What servers compress. */
const TEXTS = new Set(['.css', '.html', '.js', '.json', '.svg', '.txt', '.wasm']);

/**
 * Serves a built site under `ZPIN_DOCS_BASE`, as a plain web server does; it says how many bytes of files it has sent, before compression.
 * @param {string} folder
 */
export async function serveFolder(folder) {
  const base = process.env.ZPIN_DOCS_BASE ?? '/';
  let served = 0;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const inside = path.startsWith(base) ? path.slice(base.length) : '404';
    const wanted = join(folder, normalize(`/${inside}`));
    const file = [wanted, `${wanted}.html`, join(wanted, 'index.html')].find(name => existsSync(name) && statSync(name).isFile());
    const content = file ? readFileSync(file) : Buffer.from('not found');
    served += content.length;
    const type = extname(file ?? '');
    const isZipped = TEXTS.has(type) && /\bgzip\b/.test(String(request.headers['accept-encoding']));
    response.writeHead(file ? 200 : 404, {
      'content-type': TYPES[/** @type {keyof typeof TYPES} */ (type)] ?? 'text/plain',
      ...(isZipped && { 'content-encoding': 'gzip' }),
    });
    response.end(isZipped ? gzipSync(content) : content);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return { origin, base, served: () => served, close: () => void server.close() };
}
