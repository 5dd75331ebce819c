import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};
const versions = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
const reasons = readFileSync(join(projectRoot, 'docs', 'dependencies.md'), 'utf8');
const rows = reasons.split('\n').filter((line) => line.startsWith('|'));
const explained = new Set(
  rows.flatMap((row) => [...row.split('|')[1].matchAll(/`([^`]+)`/g)].map((match) => match[1])),
);

it('gives a reason for every dependency, and for nothing else', () => {
  expect([...explained].sort()).toEqual(Object.keys(versions).sort());
});

it('pins every version', () => {
  expect(Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
