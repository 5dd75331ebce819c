import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TENSORFLOW_PACKAGES } from '../../src-main/engine/tfjs/packages.ts';
import { describeTensorFlow, prepareTensorFlow } from '../../src-main/engine/tfjs/tensorflow.node.ts';
import { tf } from './tfjs-support.ts';

const NAMES = ['tfjs-cuda', 'tfjs-node'] as const;

test.each(NAMES)('%s, where it is missing, is told with what to do, and no host', (id) => {
  const { available, detail, remedy } = describeTensorFlow(id);
  expect(available).toBe(false);
  expect(detail).toContain(TENSORFLOW_PACKAGES[id].name);
  expect(remedy).toContain(`npm install --no-save ${TENSORFLOW_PACKAGES[id].name}@4.22.0`);
  expect(`${detail} ${remedy}`).not.toMatch(/:\/\/|\.(com|org|io)\b/);
});

test('the CUDA engine names the versions it needs, and is an optional dependency of this version', () => {
  expect(TENSORFLOW_PACKAGES['tfjs-cuda'].remedy).toMatch(/NVIDIA driver, CUDA 11\.2 and cuDNN 8\.1/);
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  expect(manifest.optionalDependencies).toMatchObject({ '@tensorflow/tfjs-node-gpu': '4.22.0' });
});

test.each(NAMES)('%s refuses a TensorFlow.js that came up on another backend', async (id) => {
  await tf.setBackend('cpu');
  const refusal = prepareTensorFlow(id, () => Promise.resolve(tf));
  await expect(refusal).rejects.toThrow(/came up on the backend cpu, not tensorflow\. .*npm install/);
});

test('a package that does not load is told with its reason and the remedy', async () => {
  const refusal = prepareTensorFlow('tfjs-cuda', () =>
    Promise.reject(new Error('libcudart.so.11.0 is missing\nstack')),
  );
  await expect(refusal).rejects.toThrow(
    /cannot load @tensorflow\/tfjs-node-gpu: libcudart\.so\.11\.0 is missing\. It needs/,
  );
});
