import type { ServerResponse } from 'node:http';
import { type LocalServer, SAFE_HEADERS, serveLocally } from '../local-server.ts';
import { runsMessage, seriesMessage, settingsMessage } from './answers.ts';
import { logMessage } from './log-message.ts';
import type { PageFile } from './page-files.ts';
import type { PolicyStreams } from './policy-stream.ts';
import type { RunIndex } from './run-index.ts';

export interface WatchServerOptions {
  readonly where: string;
  /** Any free one when 0. */
  readonly port: number;
  readonly index: RunIndex;
  readonly policies: PolicyStreams;
  /** By the paths that a browser asks for. */
  readonly page: ReadonlyMap<string, PageFile>;
}

/** The page runs its own files, and nothing else: no text of a run can become a program. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ');

/**
 * Serves the page that follows runs, and what it asks for. Runs are asked for by ids of the index and pages by a table of files:
 * nothing that is asked for becomes a path.
 * @throws InputError when the port is taken
 */
export function serveWatch({ where, port, index, policies, page }: WatchServerOptions): Promise<LocalServer> {
  return serveLocally({
    where,
    port,
    answer(url, response) {
      const file = page.get(url.pathname);
      if (file) {
        const headers = { ...SAFE_HEADERS, 'Content-Type': file.type, 'Content-Security-Policy': POLICY };
        response.writeHead(200, headers).end(file.content);
        return;
      }
      respond(url, response, { index, policies }).catch(error => {
        // A page that asks again is better than a command that ends: files come and go.
        if (!response.headersSent) response.writeHead(500, { ...SAFE_HEADERS, 'Content-Type': 'text/plain' });
        response.end(`${error instanceof Error ? error.message : error}\n`);
      });
    },
  });
}

type Answering = Pick<WatchServerOptions, 'index' | 'policies'>;

async function respond(url: URL, response: ServerResponse, { index, policies }: Answering): Promise<void> {
  const { searchParams } = url;
  const run = index.run(searchParams.get('run') ?? '');
  switch (url.pathname) {
    case '/api/runs':
      await index.look();
      return sendJson(response, runsMessage(index));
    case '/api/series': {
      const measure = searchParams.get('measure') ?? '';
      return sendJson(response, seriesMessage(index, measure, versionsOf(searchParams.get('have') ?? '')));
    }
    case '/api/settings':
      return sendJson(response, settingsMessage(index));
    case '/api/log':
      if (run) return sendJson(response, await logMessage(run.folder, searchParams.get('have') ?? ''));
      break;
    case '/api/play':
      if (run)
        return policies.play({ folder: run.folder.path, from: searchParams.get('from') === 'best' ? 'best' : 'last' }, response);
      break;
  }
  response.writeHead(404, SAFE_HEADERS).end();
}

/** `id.version,id.version` */
function versionsOf(text: string): Map<string, number> {
  return new Map(
    text.split(',').map(each => {
      const [id = '', version = ''] = each.split('.');
      return [id, Number(version)];
    }),
  );
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { ...SAFE_HEADERS, 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}
