import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** How the server treats one request, by its number from 0. */
export type Manner =
  | 'well'
  /** Takes no notice of `Range`. */
  | 'whole files only'
  /** Sends half of what was asked for and breaks the connection. */
  | 'dies half-way'
  /** Sends the head of the answer and then nothing. */
  | 'hangs'
  /** Sends a little at a time. */
  | 'slowly'
  | { status: number };

export interface FileServer {
  address: string;
  /** What was asked for, in order: `/file bytes=3-`. */
  readonly requests: readonly string[];
}

/** A web server on this machine that gives these files by their paths; gone after the test. */
export async function serveFiles(
  files: Record<string, Uint8Array>,
  manner: (request: number) => Manner = () => 'well',
): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const number = requests.push(`${request.url} ${request.headers.range ?? ''}`.trim()) - 1;
    void answer(request, response, files[request.url ?? ''], manner(number)).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array | undefined,
  manner: Manner,
): Promise<void> {
  if (typeof manner === 'object') return void response.writeHead(manner.status).end('sorry');
  if (!file) return void response.writeHead(404).end('no such file');
  const from = manner === 'whole files only' ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const rest = file.subarray(from);
  const range = from > 0 ? { 'Content-Range': `bytes ${from}-${file.length - 1}/${file.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { 'Content-Length': rest.length, ...range });
  if (manner === 'hangs') return void response.flushHeaders();
  if (manner === 'dies half-way') {
    response.write(rest.subarray(0, Math.ceil(rest.length / 2)));
    // The connection ends once what was written has been sent.
    return void response.socket?.end();
  }
  if (manner === 'slowly') {
    for (let at = 0; at < rest.length && !response.destroyed; at += 1000) {
      response.write(rest.subarray(at, at + 1000));
      await wait(20);
    }
    return void response.end();
  }
  response.end(rest);
}
