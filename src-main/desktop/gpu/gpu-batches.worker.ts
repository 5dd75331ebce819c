import { openSamples } from '../../datasets/streaming/open-samples.ts';
import { serveBatches, type BatchRequest, type ServedSplits } from '../../training/served-batches.ts';

/**
 * Entry of the process that reads a dataset from disk for a run in the hidden window, whose sandbox reads no files. It
 * is told what to read by the app alone; the window's end of the port can only ask for batches of it.
 */

process.parentPort.once('message', ({ data, ports: [port] }) => {
  const hear = serveBatches(data as ServedSplits, openSamples, (answer) => port.postMessage(answer));
  port.on('message', (event) => hear(event.data as BatchRequest));
  port.on('close', () => process.exit(0));
  port.start();
});
