import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { METHOD_TABLES, withTables } from './methods-table.ts';

const path = join(projectRoot, 'docs', 'methods.md');
const page = readFileSync(path, 'utf8');

it('docs/methods.md has the tables that the code gives; `npm run docs:table` writes them', async () => {
  expect(page).toBe(await format(withTables(page), { ...(await resolveConfig(path)), filepath: path }));
});

it('a table that differs in a cell is noticed', () => {
  expect(withTables(page.replace('| ✓', '| no'))).not.toBe(page.replace('| ✓', '| no'));
});

it.each([
  ['features', '`rigl`', 'one gradient'],
  ['features', '`snfs`', 'gradients of every step'],
  ['features', '`top-kast`', 'values of all positions'],
  ['engines', '`set`', '✓'],
  ['keys', '`dense`', '| '],
])('the table of %s says of %s: %s', (name, method, cell) => {
  const row = METHOD_TABLES[name]()
    .split('\n')
    .find((line) => line.startsWith(`| ${method}`));
  expect(row).toContain(cell);
});

it('a page without a mark is refused', () => {
  expect(() => withTables('# Methods')).toThrow('no <!-- table: rules -->');
});
