import { utilityProcess, type MessagePortMain } from 'electron';
import type { ImageLocation, StreamedData, StreamedSplit } from '../../contract/index.ts';
import { copyOf } from './window-start.ts';

/** Entries of the process that makes batches, and of the thread in it that does the work. */
export interface BatchFiles {
  process: string;
  thread: string;
}

/**
 * Starts the process that makes batches of a dataset on disk and sends them over `port`, past the main process.
 * @param onEnd hears of an end that nobody asked for
 */
export function startBatchProcess(
  files: BatchFiles,
  { train, test }: StreamedData,
  port: MessagePortMain,
  onEnd: (message: string) => void,
): { end(): void } {
  let isOver = false;
  const child = utilityProcess.fork(files.process, [files.thread], {
    serviceName: 'Espalier: images',
    stdio: 'inherit',
  });
  child.postMessage({ train: unshared(train), test: unshared(test) }, [port]);
  child.on('exit', (code) => {
    if (!isOver) onEnd(`The process that reads images from disk ended: exit code ${code}.`);
  });
  return {
    end() {
      isOver = true;
      child.kill();
    },
  };
}

/** Shared memory does not cross between processes. */
function unshared({ count, labels, images }: StreamedSplit): StreamedSplit {
  return { count, labels: copyOf(labels), images: unsharedLocation(images) };
}

const unsharedLocation = (images: ImageLocation): ImageLocation =>
  images.kind === 'pixels'
    ? images
    : {
        ...images,
        names: copyOf(images.names),
        starts: new Float64Array(images.starts) as Float64Array as typeof images.starts,
      };
