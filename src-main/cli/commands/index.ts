import type { Command } from '../command.ts';
import { calibrate } from './calibrate.ts';
import { datasets } from './datasets.ts';
import { doctor } from './doctor.ts';
import { exportRuns } from './export.ts';
import { list } from './list.ts';
import { masks } from './masks.ts';
import { measure } from './measure.ts';
import { methods } from './methods.ts';
import { plan } from './plan.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { run } from './run.ts';
import { series } from './series.ts';
import { show } from './show.ts';
import { study } from './study.ts';

export const commands: readonly Command[] = [
  run,
  study,
  resume,
  plan,
  list,
  restore,
  show,
  series,
  masks,
  measure,
  exportRuns,
  datasets,
  methods,
  calibrate,
  doctor,
];
