import type { ServerResponse } from 'node:http';
import { encodePng } from '@zpin/envs';
import type { Io } from '../io.ts';
import { SAFE_HEADERS, serveLocally } from '../local-server.ts';
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

/**
 * Shows pictures in a page that this machine alone can open, as long as somebody looks. It can only be read.
 * @throws InputError when the port is taken
 */
export async function playInPage(frames: AsyncIterable<Shown>, options: PageOptions): Promise<void> {
  const { where, io, port, framesPerSecond, signal, onAddress } = options;
  const viewers = new Set<ServerResponse>();
  /** Ends the wait for somebody to look. */
  let look: () => void = () => undefined;
  const watch = (response: ServerResponse) => {
    viewers.add(response);
    response.on('close', () => viewers.delete(response));
    look();
  };
  const iterator = frames[Symbol.asyncIterator]();
  // What cannot be played is refused before anything is served.
  let next = await iterator.next();
  const server = await serveLocally({ where, port, answer: ({ pathname }, response) => answer(pathname, response, watch) });
  const stop = () => look();
  signal.addEventListener('abort', stop);
  try {
    onAddress(server.address);
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
  }
}

function answer(path: string, response: ServerResponse, watch: (response: ServerResponse) => void): void {
  if (path === '/') {
    const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'";
    const headers = { ...SAFE_HEADERS, 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy };
    response.writeHead(200, headers).end(PAGE);
  } else if (path === '/frames') {
    response.writeHead(200, { ...SAFE_HEADERS, 'Content-Type': 'text/event-stream' });
    watch(response);
  } else response.writeHead(404, SAFE_HEADERS).end();
}
