import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { toolScript } from '../../src-main/toolchain/support/tools.ts';

const CONFIGURATION = join(projectRoot, '.oxlintrc.json');

/** For every rule that needs types, and for the compiler, a text that breaks it alone and one that does not. */
const RULES: Record<string, { bad: string; good: string }> = {
  'typescript(await-thenable)': {
    bad: 'export const f = async (n: number): Promise<number> => await n;',
    good: 'export const f = async (n: Promise<number>): Promise<number> => await n;',
  },
  'typescript(no-floating-promises)': {
    bad: 'export function f(work: () => Promise<void>): void { work(); }',
    good: 'export function f(work: () => Promise<void>): void { void work(); }',
  },
  'typescript(no-misused-promises)': {
    bad: 'export const f = (works: number[], work: (n: number) => Promise<void>): void => works.forEach((n) => work(n));',
    good: 'export const f = (works: number[], work: (n: number) => void): void => works.forEach((n) => work(n));',
  },
  'typescript(no-unsafe-assignment)': {
    bad: 'export const f = (text: string): void => { const x = JSON.parse(text); void x; };',
    good: 'export const f = (text: string): void => { const x: unknown = JSON.parse(text); void x; };',
  },
  'typescript(no-unsafe-argument)': {
    bad: 'export const f = (text: string): number => Math.abs(JSON.parse(text));',
    good: 'export const f = (text: string): number => Math.abs(JSON.parse(text) as number);',
  },
  'typescript(no-unsafe-call)': {
    bad: 'export const f = (text: string): void => { JSON.parse(text)(); };',
    good: 'export const f = (text: string): void => { (JSON.parse(text) as () => void)(); };',
  },
  'typescript(no-unsafe-member-access)': {
    bad: 'export const f = (text: string): number => Number(JSON.parse(text).x as unknown);',
    good: 'export const f = (text: string): number => Number((JSON.parse(text) as { x: unknown }).x);',
  },
  'typescript(no-unsafe-return)': {
    bad: 'export function f(text: string): number { return JSON.parse(text); }',
    good: 'export function f(text: string): number { return JSON.parse(text) as number; }',
  },
  'typescript(only-throw-error)': {
    bad: "export function f(): never { throw 'text'; }",
    good: "export function f(): never { throw new Error('text'); }",
  },
  'typescript(prefer-promise-reject-errors)': {
    bad: "export const f = (): Promise<void> => Promise.reject('text');",
    good: "export const f = (): Promise<void> => Promise.reject(new Error('text'));",
  },
  'typescript(switch-exhaustiveness-check)': {
    bad: "export function f(side: 'left' | 'right'): void { switch (side) { case 'left': break; } }",
    good: "export function f(side: 'left' | 'right'): void { switch (side) { case 'left': break; default: } }",
  },
  'typescript(TS2322)': { bad: "export const x: number = 'text';", good: "export const x: string = 'text';" },
};

const folder = mkdtempSync(join(tmpdir(), 'espalier-lint-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  diagnostics: { code: string; severity: string; filename: string }[];
}
let report: Report;
const fileOf = (rule: string, kind: 'bad' | 'good'): string => `${rule.replaceAll(/\W/g, '-')}${kind}.ts`;
const complaints = (file: string): [code: string, severity: string][] =>
  report.diagnostics.filter(({ filename }) => filename.endsWith(file)).map(({ code, severity }) => [code, severity]);

beforeAll(() => {
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, types: [] } }));
  for (const [rule, texts] of Object.entries(RULES))
    for (const kind of ['bad', 'good'] as const) writeFileSync(join(folder, fileOf(rule, kind)), `${texts[kind]}\n`);
  const args = [toolScript('oxlint'), '--config', CONFIGURATION, '--format', 'json', folder];
  const { stdout } = spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' });
  report = JSON.parse(stdout) as Report;
});

it.each(Object.keys(RULES))('%s is an error where it is broken, and nothing where it is not', (rule) => {
  expect(complaints(fileOf(rule, 'bad'))).toEqual([[rule, 'error']]);
  expect(complaints(fileOf(rule, 'good'))).toEqual([]);
});

it('every rule of the configuration is tried here', () => {
  const args = [toolScript('oxlint'), '--config', CONFIGURATION, '--print-config'];
  const { rules } = JSON.parse(execFileSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8' })) as {
    rules: Record<string, unknown>;
  };
  const named = Object.keys(rules).map((rule) => rule.replace(/^(\w+)\/(.*)$/, '$1($2)'));
  expect(named.toSorted()).toEqual(
    Object.keys(RULES)
      .filter((rule) => !/TS\d/.test(rule))
      .toSorted(),
  );
});
