import type { Entrance } from '../harness/entrance.ts';
import { configuration } from './configuration.ts';
import { cifar, idx, npy, npz, parquet, tar } from './datasets.ts';
import { images } from './images.ts';
import { study } from './study.ts';

/** Everything that `npm run fuzz` knows; the list, the small share of the tests and the table follow from it. */
export const entrances: readonly Entrance[] = [
  ...[configuration, study],
  ...[idx, cifar, npy, npz, tar, parquet],
  ...images,
] as Entrance[];
