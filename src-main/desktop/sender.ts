import { isOwnAddress } from './addresses.ts';

/** Who sent a message, as far as judging it needs. */
export interface Sender {
  /** The web contents' id. */
  contentsId: number;
  /** Address of the frame that sent it; null where the frame is gone. */
  frameAddress: string | null;
  isMainFrame: boolean;
}

/** Why a message is not answered; null where it is. Only the main frame of a window of ours, on our page, is heard. */
export function judgeSender(
  sender: Sender,
  windows: ReadonlySet<number>,
  developmentServer: string | null,
): string | null {
  if (!windows.has(sender.contentsId)) return 'it does not come from a window of Espalier';
  if (sender.frameAddress === null) return 'its frame is gone';
  if (!sender.isMainFrame) return 'it comes from a frame inside the page';
  if (!isOwnAddress(sender.frameAddress, developmentServer)) return 'it comes from a page that is not Espalier’s';
  return null;
}
