import type { Entrance } from '../harness/entrance.ts';
import { configuration } from './configuration.ts';
import { study } from './study.ts';

/** Everything that `npm run fuzz` knows; the list, the small share of the tests and the table follow from it. */
export const entrances: readonly Entrance[] = [configuration, study] as Entrance[];
