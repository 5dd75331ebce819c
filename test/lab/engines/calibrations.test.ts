import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCalibrations } from '../../../src-main/lab/engines/calibrations.ts';
import { temporaryFolder } from '../../store/support/store.ts';

const calibration = {
  choice: { key: 'a key', engine: 'cpu' as const, measured: [], left: [], remembered: false },
  subject: ['mnist'],
  configuration: {},
  measuredAt: 1,
};

it('what was measured is there after a restart; where it cannot be written, nothing half-written is left', () => {
  const folder = temporaryFolder();
  openCalibrations(folder).remember(calibration);
  expect(openCalibrations(folder).all()).toEqual([calibration]);
  expect(readdirSync(folder)).toEqual(['engine-calibrations.json']);

  const other = temporaryFolder();
  mkdirSync(join(other, 'engine-calibrations.json', 'in the way'), { recursive: true });
  expect(() => openCalibrations(other).remember(calibration)).toThrow();
  expect(readdirSync(other)).toEqual(['engine-calibrations.json']);
});
