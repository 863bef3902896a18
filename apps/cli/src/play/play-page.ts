import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError, message } from '@zpin/contracts';
import { encodePng } from '@zpin/envs';
import type { Io } from '../io.ts';
import { PAGE } from './page-text.ts';
import { type Shown, statusText } from './status-text.ts';

export interface PageOptions {
  readonly where: string;
  readonly io: Io;
  /** Any free one when 0. */
  readonly port: number;
  readonly framesPerSecond: number;
  readonly signal: AbortSignal;
  /** Told the address as soon as it is served. */
  onAddress(address: string): void;
}

const HOST = '127.0.0.1';

/**
 * Shows pictures in a page that this machine alone can open, as long as somebody looks. It can only be read.
 * @throws InputError when the port is taken
 */
export async function playInPage(frames: AsyncIterable<Shown>, options: PageOptions): Promise<void> {
  const { where, io, port, framesPerSecond, signal, onAddress } = options;
  const viewers = new Set<ServerResponse>();
  /** Ends the wait for somebody to look. */
  let look: () => void = () => undefined;
  const server = createServer((request, response) => {
    answer(request, response, server, () => {
      viewers.add(response);
      response.on('close', () => viewers.delete(response));
      look();
    });
  });
  const iterator = frames[Symbol.asyncIterator]();
  // What cannot be played is refused before anything is served.
  let next = await iterator.next();
  await listening(server, port, where);
  const stop = () => look();
  signal.addEventListener('abort', stop);
  try {
    onAddress(`http://${HOST}:${(server.address() as AddressInfo).port}/`);
    while (!signal.aborted && !next.done) {
      // Nobody looks: the policy waits.
      if (viewers.size === 0) {
        await new Promise<void>(resolve => {
          look = resolve;
        });
        continue;
      }
      const begun = io.now();
      const png = Buffer.from(await encodePng(next.value.frame)).toString('base64');
      const event = `data: ${JSON.stringify({ png, text: statusText(next.value) })}\n\n`;
      // A viewer that cannot follow misses pictures.
      for (const viewer of viewers) if (!viewer.writableNeedDrain) viewer.write(event);
      next = await iterator.next();
      await io.wait(1000 / framesPerSecond - (io.now() - begun));
    }
    for (const viewer of viewers) viewer.end('event: end\ndata: \n\n');
  } finally {
    await iterator.return?.();
    signal.removeEventListener('abort', stop);
    server.close();
    server.closeIdleConnections();
  }
}

function answer(request: IncomingMessage, response: ServerResponse, server: Server, watch: () => void): void {
  const { port } = server.address() as AddressInfo;
  // Another site whose name was made to lead here must not look.
  if (![`${HOST}:${port}`, `localhost:${port}`].includes(request.headers.host ?? '')) response.writeHead(403).end();
  else if (request.method !== 'GET') response.writeHead(405, { Allow: 'GET' }).end();
  else if (request.url === '/') {
    const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'";
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy }).end(PAGE);
  } else if (request.url === '/frames') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    watch();
  } else response.writeHead(404).end();
}

function listening(server: Server, port: number, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const remedy = 'Give another one, or leave it out';
      reject(new InputError(message(where, '--port must be free', `${port}, ${error.code}`, remedy)));
    });
    server.listen(port, HOST, () => resolve());
  });
}
