import { ipcRenderer } from 'electron';
import { GPU_CHANNEL } from './channel.ts';

// The page gets no bridge at all: it can answer on the ports it is handed, and say nothing else.
ipcRenderer.on(GPU_CHANNEL, (event, request: unknown) => {
  window.postMessage(request, window.location.origin, event.ports);
});
