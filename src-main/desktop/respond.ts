import { readFile } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';

/** The window's pages come from `app://espalier/`, never from `file://` and never from the network. */
export const SCHEME = 'app';
export const HOST = 'espalier';
export const HOME_URL = `${SCHEME}://${HOST}/index.html`;

export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

type RequestJudgement = { status: 200; file: string; mediaType: string } | { status: 404 | 405 };

/**
 * The file a request may have: GET only, our host only, inside `folder` whatever the path is disguised as, and of a
 * type that a page consists of.
 */
function judgeRequest(method: string, address: string, folder: string): RequestJudgement {
  if (method !== 'GET') return { status: 405 };
  const path = pathOf(address);
  if (path === null) return { status: 404 };
  const root = resolve(folder);
  const file = resolve(root, `.${path === '/' ? '/index.html' : path}`);
  const mediaType = MEDIA_TYPES[extname(file)];
  if (!file.startsWith(root + sep) || mediaType === undefined) return { status: 404 };
  return { status: 200, file, mediaType };
}

/** The decoded path of one of our addresses; null for any other address, and for paths that try to climb. */
function pathOf(address: string): string | null {
  try {
    const url = new URL(address);
    const ours = url.protocol === `${SCHEME}:` && url.host === HOST && url.username === '' && url.password === '';
    const path = decodeURIComponent(url.pathname);
    // Backslashes, drive letters and streams mean something on Windows, a percent sign a second encoding.
    const plain = !/[\\\0:%]/.test(path) && !path.split('/').includes('..') && !path.includes('//');
    return ours && plain && path.startsWith('/') ? path : null;
  } catch {
    return null;
  }
}

/**
 * Answers a page's request from the built window.
 * @param folder where the renderer's build is
 * @param extra pages made up at run time, by path
 */
export async function respond(
  request: Pick<Request, 'method' | 'url'>,
  folder: string,
  extra: ReadonlyMap<string, string>,
): Promise<Response> {
  const judged = judgeRequest(request.method, request.url, folder);
  if (judged.status !== 200) return refuse(judged.status);
  const headers = { ...HEADERS, 'Content-Type': judged.mediaType };
  const made = extra.get(pathOf(request.url) ?? '');
  if (made !== undefined) return new Response(made, { headers });
  try {
    return new Response(await readFile(judged.file), { headers });
  } catch {
    return refuse(404);
  }
}

const refuse = (status: 404 | 405) => new Response(null, { status, headers: HEADERS });
