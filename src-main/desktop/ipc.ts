import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { visibleText, type LabApi } from '../contract/index.ts';
import { RefusedMessageError, answer, toRefusal } from './answer.ts';
import { LAB_METHODS, methodChannel } from './messages.ts';
import { judgeSender } from './sender.ts';

export interface IpcOptions {
  /** Ids of the web contents of our windows, as they come and go. */
  windows: ReadonlySet<number>;
  developmentServer: string | null;
  /** Messages that come before the lab is open wait for it. */
  lab: Promise<LabApi>;
}

/** The only file that listens to windows: one channel per method of the contract, sender and arguments checked. */
export function listenToWindows({ windows, developmentServer, lab }: IpcOptions): void {
  for (const method of LAB_METHODS) {
    ipcMain.handle(methodChannel(method), (event, ...given: unknown[]) => {
      const objection = judgeSender(senderOf(event), windows, developmentServer);
      if (objection === null) return answer(method, given, lab);
      console.error(visibleText(`A message to ${method} was refused: ${objection}.`));
      return toRefusal(new RefusedMessageError(`The message was refused: ${objection}.`));
    });
  }
}

function senderOf({ sender, senderFrame }: IpcMainInvokeEvent) {
  return {
    contentsId: sender.id,
    frameAddress: senderFrame?.url ?? null,
    isMainFrame: senderFrame !== null && senderFrame.parent === null && senderFrame === sender.mainFrame,
  };
}
