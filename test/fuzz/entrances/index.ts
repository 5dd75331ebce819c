import type { Entrance } from '../harness/entrance.ts';
import { appAddress } from './app-address.ts';
import { checkpoint } from './checkpoint.ts';
import { commandLine } from './command-line.ts';
import { configuration } from './configuration.ts';
import { cifar, cifarPython, folders, idx, npy, npz, parquet, tar } from './datasets.ts';
import { images } from './images.ts';
import { messages } from './messages.ts';
import { mask } from './masks.ts';
import { pickles } from './pickles.ts';
import { commandProcess } from './process.ts';
import { study } from './study.ts';
import { filter, route } from './window-text.ts';
import { zip } from './zip.ts';

/** Everything that `npm run fuzz` knows; the list, the small share of the tests and the table follow from it. */
export const entrances: readonly Entrance[] = [
  ...[configuration, study],
  ...[idx, cifar, cifarPython, pickles, npy, npz, parquet, folders],
  ...images,
  ...[tar, zip, checkpoint, mask, filter, route, appAddress, messages, commandLine, commandProcess],
] as Entrance[];
