import { contextBridge, ipcRenderer } from 'electron';
import type { EspalierBridge, LabApi, LabEventName } from '../contract/index.ts';
import { EVENTS_CHANNEL, EVENT_NAMES, LAB_METHODS, methodChannel, type LabEvent, type LabReply } from './messages.ts';

type AnyListener = (payload: LabEvent['payload']) => void;

const listeners = new Map<LabEventName, Set<AnyListener>>(EVENT_NAMES.map((name) => [name, new Set()]));

ipcRenderer.on(EVENTS_CHANNEL, (_event, batch: LabEvent[]) => {
  for (const { event, payload } of batch) {
    for (const listener of listeners.get(event) ?? []) hand(listener, payload);
  }
});

/** One listener that throws must not keep the news from the others. */
function hand(listener: AnyListener, payload: LabEvent['payload']): void {
  try {
    listener(payload);
  } catch (error) {
    console.error(error);
  }
}

async function call(channel: string, given: unknown[]): Promise<unknown> {
  const reply = (await ipcRenderer.invoke(channel, ...given)) as LabReply;
  if (reply.ok) return reply.value;
  // Electron carries an error's message into the page, but neither its name nor anything else.
  throw new Error(reply.message);
}

const lab = Object.fromEntries(
  LAB_METHODS.map((method) => [method, (...given: unknown[]) => call(methodChannel(method), given)]),
) as unknown as LabApi;

const bridge: EspalierBridge = {
  lab: Object.freeze(lab),
  on(event, listener) {
    const all = listeners.get(event);
    if (!all || typeof listener !== 'function') throw new Error(`There is no event ${String(event)}.`);
    const added: AnyListener = (payload) => (listener as AnyListener)(payload);
    all.add(added);
    return () => void all.delete(added);
  },
};

contextBridge.exposeInMainWorld('espalier', Object.freeze(bridge));
