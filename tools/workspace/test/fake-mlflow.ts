import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server of MLflow was asked. */
export interface MlflowRequest {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** In the place of a server of MLflow: remembers what it is asked, and makes a run. */
export function fakeMlflow() {
  const requests: MlflowRequest[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', part => {
      text += part;
    });
    request.on('end', () => {
      requests.push({ path: request.url ?? '', body: JSON.parse(text) });
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(request.url?.endsWith('runs/create') ? { run: { info: { run_id: 'run-1' } } } : {}));
    });
  });
  return {
    requests,
    /** @returns its address */
    start: () =>
      new Promise<string>(resolve => {
        server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
      }),
    stop: () => void server.close(),
  };
}
