import { expect, test } from 'vitest';
import { engineCell, measuredEngines, subjectOf } from '../../src-renderer/devices/calibrations.ts';
import { statusOf } from '../../src-renderer/devices/report.ts';
import { engineNote } from '../../src-renderer/run/engine-note.ts';
import { fakeCalibrations, fakeEngines } from './dev/fake-engines.ts';

const [resnet, mlp] = fakeCalibrations;

test('columns are the engines that were measured, in their usual order', () => {
  expect(measuredEngines(fakeCalibrations)).toEqual(['cpu', 'webgpu']);
  expect(measuredEngines([])).toEqual([]);
});

test('a cell has the time, what it was measured on, and whether auto takes it', () => {
  expect(engineCell(resnet, 'webgpu')).toEqual({ text: '14.2', note: 'WebGPU, NVIDIA RTX A6000', isTaken: true });
  expect(engineCell(resnet, 'cpu')).toMatchObject({ text: '183', isTaken: false });
  expect(engineCell(mlp, 'cpu')).toMatchObject({ text: '0.412', isTaken: true });
  expect(engineCell(mlp, 'tfjs-cuda')).toEqual({
    text: '–',
    note: 'The package @tensorflow/tfjs-node-gpu is not installed.',
    isTaken: false,
  });
});

test('a network stands before what else its speed depends on', () => {
  expect(subjectOf(mlp)).toEqual({
    network: 'mlp-256-128',
    rest: '28x28x1, 10 classes, sparsity 0.95, erk, batch 128, 16 threads',
  });
});

test('software that stands in for a card is called that, not available', () => {
  const webgpu = fakeEngines[1];
  expect(statusOf(webgpu)).toBe('Available');
  expect(statusOf({ ...webgpu, isSoftware: true })).toBe('Software, for tests');
  expect(statusOf({ ...webgpu, available: false })).toBe('Not available');
});

test('a run page tells in short what auto chose by, and nothing where it did not choose', () => {
  expect(engineNote(resnet.choice)).toBe('auto: 14.2 ms a step, cpu 183 ms');
  expect(engineNote({ ...resnet.choice, measured: [] })).toBeNull();
  expect(engineNote(null)).toBeNull();
});
