import { expect, test, vi } from 'vitest';
import { guardMethod } from '../../../src-main/own-methods/guard-method.ts';
import { openWebGpu } from '../../engine/webgpu-support.ts';
import { methodOf } from '../../support/methods.ts';
import { ofType } from '../run-worker.ts';
import { outcomeOf, trainBy } from './support.ts';

vi.setConfig({ testTimeout: 120_000 });

test.each(['rigl', 'srigl', 'snfs'])('%s by message trains the WebGPU engine as in process', async (method) => {
  const load = () => guardMethod(methodOf(method), { file: 'own.js' });
  const openEngine = openWebGpu;
  const here = await trainBy('here', load, { method }, { openEngine });
  const served = await trainBy('served', load, { method }, { openEngine });
  expect(outcomeOf(served)).toEqual(outcomeOf(here));
  expect(ofType(served.events, 'mask-update').length).toBeGreaterThan(0);
});
