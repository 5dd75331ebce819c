import type { WebPreferences } from 'electron';
import { isOwnAddress } from './addresses.ts';

/** Every window's preferences; docs/security.md says why for each. */
export const WEB_PREFERENCES = {
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
} as const satisfies WebPreferences;

/** Requests that a page may make; everything else, the whole network included, is cancelled. */
export function isAllowedRequest(address: string, developmentServer: string | null): boolean {
  if (/^(data|blob|devtools|chrome-extension):/i.test(address)) return true;
  const asHttp = address.replace(/^ws:/i, 'http:');
  return isOwnAddress(asHttp, developmentServer);
}

/** Only what a page of ours made itself may be saved to a file: exports and pictures of charts. */
export function isAllowedDownload(address: string, developmentServer: string | null): boolean {
  if (/^data:/i.test(address)) return true;
  return /^blob:/i.test(address) && isOwnAddress(address.slice('blob:'.length), developmentServer);
}

/** Copying a table to the clipboard is the only thing a page may ask for. */
export function isAllowedPermission(
  permission: string,
  requestingAddress: string,
  developmentServer: string | null,
): boolean {
  return permission === 'clipboard-sanitized-write' && isOwnAddress(requestingAddress, developmentServer);
}
