import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AVOIDED_WORDS, type AvoidedWord } from '../../src-main/toolchain/lint/words.ts';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: projectRoot, encoding: 'utf8' })
  .split('\0')
  .filter((path) => /\.(ts|svelte|md)$/.test(path) && existsSync(join(projectRoot, path)));
/** The list itself and this test name them. */
const EXCEPT = ['src-main/toolchain/lint/words.ts', 'test/toolchain/words.test.ts'];

const isAvoided = ({ pattern, allowed }: AvoidedWord, line: string): boolean =>
  pattern.test(allowed ? line.replace(allowed, '') : line);

const wordOf = (word: string): AvoidedWord => AVOIDED_WORDS.find((one) => one.word === word)!;

describe('words that are not used', () => {
  it.each(AVOIDED_WORDS)('$word: $instead', (word) => {
    const files = tracked.filter(
      (path) => !EXCEPT.includes(path) && word.where.some((start) => path.startsWith(start)),
    );
    expect(files.length).toBeGreaterThan(0);
    const found = files.flatMap((path) => [
      ...(isAvoided(word, basename(path)) ? [path] : []),
      ...readFileSync(join(projectRoot, path), 'utf8')
        .split('\n')
        .flatMap((line, at) => (isAvoided(word, line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
    ]);
    expect(found).toEqual([]);
  });

  it.each([
    ['place', 'its place among the layers', true],
    ['place', 'a gradient is changed in place', false],
    ['place', 'const inputPlace = 1', true],
    ['place', 'placesAfterDrop(grown)', true],
    ['place', 'WEIGHTS_PLACES', true],
    ['place', 'weight-place.ts', true],
    ['place', 'normBackwardInPlace', false],
    ['place', 'REPLACE INTO settings', false],
    ['place', 'replaced weights and a placeholder', false],
    ['lie', 'where the file lies', true],
    ['lie', 'earlier', false],
    ['Opening', 'export interface EngineOpening {', true],
    ['Opening', 'Opening itself says so', false],
    ['wish', 'type TrainerWish', true],
  ])('%s in “%s”: %s', (word, line, expected) => {
    expect(isAvoided(wordOf(word), line)).toBe(expected);
  });
});
