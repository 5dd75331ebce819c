import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';

/** Files that git tracks, as they stand in the working tree. */
const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: projectRoot, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(projectRoot, path)));
const textOf = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
const pages = tracked.filter((path) => path.endsWith('.md'));
const citing = tracked.filter((path) => /\.(ts|js|mjs|svelte|md|py|json)$/.test(path) && path !== 'package-lock.json');

/** `1.4` to the heading that has it. */
const sectionsOf = (page: string): Set<string> =>
  new Set([...textOf(page).matchAll(/^#+ (\d+(?:\.\d+)*)\.? /gm)].map((match) => match[1]));

/** Pages cited by name, in comments and texts: `itop.md 1.5`, `docs/data.md`. */
function citations(path: string): { page: string; sections: string[] }[] {
  const found = textOf(path).matchAll(
    /(?<![\w/.-])((?:[\w.-]+\/)*[\w-]+\.md)\b(?:[`)\]]*(?:\([^)\s]*\))? ((?:\d+\.\d+)(?:(?:, | and )\d+\.\d+)*))?/g,
  );
  return [...found].map(([, page, sections]) => ({ page, sections: sections?.match(/\d+\.\d+/g) ?? [] }));
}

/** The tracked page that a citation names: by its path from the root or from the citing file, or by its bare name. */
const resolvePage = (page: string, from: string): string | undefined =>
  [page, normalize(join(dirname(from), page))].find((candidate) => pages.includes(candidate)) ??
  (page.includes('/') ? undefined : pages.find((candidate) => basename(candidate) === page));

/** Pages of others that comments speak of. */
const FOREIGN = new Set(['LICENSE.md']);

describe('what comments and pages cite', () => {
  it('is a page and a section of this repository', () => {
    const missing = citing.flatMap((path) =>
      citations(path).flatMap(({ page, sections }) => {
        if (FOREIGN.has(page)) return [];
        const target = resolvePage(page, path);
        if (target === undefined) return [`${path}: ${page}`];
        const known = sectionsOf(target);
        return sections.filter((section) => !known.has(section)).map((section) => `${path}: ${page} ${section}`);
      }),
    );
    expect(missing).toEqual([]);
  });

  it('is found by its bare name, and its sections by number', () => {
    expect(resolvePage('itop.md', 'src-main/engine/engine.ts')).toBe('docs/reference/itop.md');
    expect(resolvePage('data.md', 'docs/methods.md')).toBe('docs/data.md');
    expect(resolvePage(['nothing', 'md'].join('.'), 'README.md')).toBeUndefined();
    expect(sectionsOf('docs/reference/itop.md').has('4.12')).toBe(true);
    expect(sectionsOf('docs/reference/itop.md').has('4.13')).toBe(false);
  });

  it('is nothing beside this repository', () => {
    const outside = ['..', 'shared', ''].join('/');
    expect(citing.filter((path) => textOf(path).includes(outside))).toEqual([]);
  });
});

/** Files that pages speak of and that are made, or are other people's. */
const MADE = new Set([
  'chart.js',
  'gpu-bench.mjs',
  // Of the reference code.
  ...['main.py', 'sparselearning/core.py', 'models.py', 'utils.py'],
]);

/** In backticks: `lab/runs/queue.ts`, `policies.ts`, `src-main/engine/tfjs/`. */
const namedFiles = (page: string): string[] =>
  [...textOf(page).matchAll(/`(\w[\w.-]*(?:\/[\w.-]+)*\/?)`/g)]
    .map((match) => match[1])
    .filter(
      (name) => /\.(ts|svelte|js|mjs|cjs|css|py)$/.test(name) || /^(src-main|src-renderer|test|docs)\//.test(name),
    );

const folders = new Set(tracked.flatMap((path) => path.split('/').map((_, at, parts) => parts.slice(0, at).join('/'))));
/** Whether it is a tracked file or folder, by its whole path or by the end of one. */
const isTracked = (name: string): boolean => {
  const wanted = name.replace(/\/$/, '');
  return [...tracked, ...folders].some((path) => path === wanted || path.endsWith(`/${wanted}`));
};

describe('files that pages name', () => {
  it('are there', () => {
    const missing = pages.flatMap((page) =>
      namedFiles(page)
        .filter((name) => !MADE.has(name) && !isTracked(name))
        .map((name) => `${page}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('are found by the end of their path, and a file that is gone is not', () => {
    expect(isTracked('topology/methods/rigl.ts')).toBe(true);
    expect(isTracked('src-main/topology/methods/')).toBe(true);
    expect(isTracked('logy/methods/rigl.ts')).toBe(false);
    expect(isTracked(['no-such', 'ts'].join('.'))).toBe(false);
  });
});

it('links lead to files', () => {
  const broken = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map((match) => match[1])
      .filter((target) => !existsSync(join(projectRoot, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});
