import type { EspalierBridge } from '../../src-main/contract/index.ts';

const found = (window as unknown as { espalier?: EspalierBridge }).espalier;

/** False in a plain browser, where there is no lab to talk to. */
export const hasBridge = found !== undefined;

/** The only way to the lab. Used after `hasBridge` was checked, in `main.ts`. */
export const bridge = found as EspalierBridge;

/** The words of an error for the reader, without what Electron's message passing puts before them. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^Error invoking remote method '[^']*': (\w*Error: )?/, '');
}
