import type { OfficialFile } from '../../contract/index.ts';
import { DatasetError } from '../dataset-error.ts';
import { HttpStatusError } from './download-errors.ts';

export interface FetchedRest {
  /** The byte the chunks begin at: the one asked for, or 0 where the server gives whole files only. */
  from: number;
  chunks: AsyncIterator<Uint8Array>;
}

/**
 * Asks for a file from byte `from` on.
 * @throws HttpStatusError; DatasetError where the answer cannot be the published file; what fetch throws
 */
export async function fetchRest({ url, bytes }: OfficialFile, from: number, signal: AbortSignal): Promise<FetchedRest> {
  // Sizes and positions count bytes as they are stored, so no transport may compress them.
  const headers: Record<string, string> = { 'Accept-Encoding': 'identity' };
  if (from > 0) headers.Range = `bytes=${from}-`;
  const response = await fetch(url, { headers, signal });
  const { status, body } = response;
  if (status !== 200 && status !== 206) {
    await body?.cancel();
    throw new HttpStatusError(url, status, response.statusText);
  }
  const start = status === 206 ? startOfRange(response.headers.get('Content-Range')) : 0;
  const length = Number(response.headers.get('Content-Length') ?? Number.NaN);
  if (start === null || start > from || (Number.isFinite(length) && start + length !== bytes)) {
    await body?.cancel();
    const found = Number.isFinite(length) && start !== null ? `${start + length} bytes` : 'another part';
    throw new DatasetError(
      `${url}: the server gives ${found} instead of the published ${bytes} bytes.`,
      url,
      'machine',
    );
  }
  if (!body) throw new TypeError('the answer has no body');
  return { from: start, chunks: body[Symbol.asyncIterator]() };
}

/** `bytes 100-199/200` begins at 100. */
function startOfRange(header: string | null): number | null {
  const match = /^bytes (\d+)-/.exec(header ?? '');
  return match ? Number(match[1]) : null;
}
