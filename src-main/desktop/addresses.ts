import { HOST, SCHEME } from './respond.ts';

/**
 * Whether an address is a page of ours.
 * @param developmentServer the address of electron-vite's server; null in a packaged app and wherever none runs
 */
export function isOwnAddress(address: string, developmentServer: string | null): boolean {
  try {
    const url = new URL(address);
    if (url.username !== '' || url.password !== '') return false;
    // Not `origin`: it is "null" for schemes that Node does not know.
    if (url.protocol === `${SCHEME}:` && url.host === HOST) return true;
    return developmentServer !== null && url.origin !== 'null' && url.origin === new URL(developmentServer).origin;
  } catch {
    return false;
  }
}

/** Only an app run from its sources may load its pages from a server, and then only one on this machine. */
export function developmentServerOf(isPackaged: boolean, named: string | undefined): string | null {
  if (isPackaged || !named) return null;
  try {
    const url = new URL(named);
    const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    return url.protocol === 'http:' && local ? named : null;
  } catch {
    return null;
  }
}
