import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError, message } from '@zpin/contracts';

const HOST = '127.0.0.1';

/** What a page may do: nothing but what is served with it. */
export const SAFE_HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** A server that this machine alone can ask, and that can only be read. */
export interface LocalServer {
  /** Of its page. */
  readonly address: string;
  /** Answers nobody any more; open answers end. */
  close(): void;
}

export interface LocalServerOptions {
  readonly where: string;
  /** Any free one when 0. */
  readonly port: number;
  /** Answers a request to read, for a path of this server and nobody else's name. */
  answer(url: URL, response: ServerResponse): void;
}

/** @throws InputError when the port is taken */
export async function serveLocally({ where, port, answer }: LocalServerOptions): Promise<LocalServer> {
  const server = createServer((request, response) => {
    const url = requested(request, response, server);
    if (url) answer(url, response);
  });
  await listening(server, port, where);
  return {
    address: `http://${HOST}:${portOf(server)}/`,
    close() {
      server.close();
      server.closeIdleConnections();
    },
  };
}

/** What is asked for; null where that is refused. */
function requested(request: IncomingMessage, response: ServerResponse, server: Server): URL | null {
  const port = portOf(server);
  const refuse = (status: number, headers = {}) => {
    response.writeHead(status, { ...SAFE_HEADERS, ...headers }).end();
    return null;
  };
  // Another site whose name was made to lead here must not look.
  if (![`${HOST}:${port}`, `localhost:${port}`].includes(request.headers.host ?? '')) return refuse(403);
  // Nor one that asks for a picture of this one, which a page can say of any address.
  const site = request.headers['sec-fetch-site'] ?? 'none';
  if (site !== 'same-origin' && site !== 'none') return refuse(403);
  if (request.method !== 'GET') return refuse(405, { Allow: 'GET' });
  // Not as a relative address: `//name` would be another server.
  const address = `http://${HOST}${request.url}`;
  return request.url?.startsWith('/') && URL.canParse(address) ? new URL(address) : refuse(400);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
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
