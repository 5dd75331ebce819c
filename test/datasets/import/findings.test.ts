import { readFile, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fitSummary, readCacheHeader } from '../../../src-main/datasets/cache-header.ts';
import { collectFindings } from '../../../src-main/datasets/import/findings.ts';
import { openCatalogueBeside } from '../support/catalogue.ts';
import { picture } from '../support/image-files.ts';

describe('what an import finds', () => {
  test('counts of the same kind and phrase are added up, in the order of their first', () => {
    const findings = collectFindings('skip');
    findings.changed('converted', 'colour images to grey', 3);
    findings.changed('left-out', 'colour images to grey');
    findings.changed('converted', 'colour images to grey');
    findings.bad('a.png', 'is empty');
    findings.note('A note.');
    expect(findings.summary()).toEqual({
      changes: [
        { kind: 'converted', what: 'colour images to grey', count: 4 },
        { kind: 'left-out', what: 'colour images to grey', count: 1 },
      ],
      notes: ['A note.'],
      skippedCount: 1,
    });
  });

  test('is kept with the dataset', async () => {
    const image = await picture(1);
    const { folder, catalogue, importAs } = await openCatalogueBeside({
      ...{ 'a/1.png': image, 'a/2.png': image, 'b/1.png': image, 'b/2.png': image },
      ...{ 'a/boxes.txt': 'text', 'b/boxes.txt': 'text' },
    });
    const { dataset, changes, notes, skippedCount } = await importAs(folder);
    expect(changes).toEqual([{ kind: 'left-out', what: '.txt files in class folders, which are no images', count: 2 }]);
    expect(notes).toEqual([expect.stringContaining('20% of every class by seed 1')]);
    expect((await catalogue.content(dataset.id)).imported).toEqual({ changes, notes, skippedCount });
  });

  test('a copy of before it was kept is read as one without', async () => {
    const image = await picture(1);
    const names = ['train/a/1.png', 'train/b/1.png', 'test/a/1.png', 'test/b/1.png'];
    const { folder, dataFolder, catalogue, importAs } = await openCatalogueBeside(
      Object.fromEntries(names.map((name) => [name, image])),
    );
    const { dataset } = await importAs(folder);
    const file = join(dataFolder, 'datasets', `${dataset.id}.espdata`);
    await writeFile(file, withoutSummary(await readFile(file)));
    expect((await readCacheHeader(file)).imported).toBeNull();
    expect((await catalogue.content(dataset.id)).imported).toBeNull();
  });

  test('a summary too long for a header says how much of it is gone', () => {
    const changes = Array.from({ length: 1000 }, (_, at) => ({
      kind: 'merged' as const,
      what: `classes ${at} ${'x'.repeat(200)}`,
      count: 2,
    }));
    const kept = fitSummary({ changes, notes: ['short'], skippedCount: 7 });
    expect(kept.changes).toEqual(changes.slice(0, kept.changes.length));
    expect(kept.changes.length).toBeGreaterThan(50);
    expect(kept.notes.at(-1)).toBe(
      `${1001 - kept.changes.length} more lines of the report were not kept; importing again shows them.`,
    );
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(2 ** 15);
  });
});

/** The same copy with a header that has no `imported`: magic, length, JSON, SHA-256. */
function withoutSummary(bytes: Buffer): Buffer {
  const jsonBytes = bytes.readUInt32LE(8);
  const header = JSON.parse(bytes.toString('utf8', 12, 12 + jsonBytes)) as Record<string, unknown>;
  delete header.imported;
  const changed = Buffer.from(bytes);
  changed.fill(' ', 12, 12 + jsonBytes);
  changed.write(JSON.stringify(header), 12, 'utf8');
  createHash('sha256')
    .update(changed.subarray(0, 12 + jsonBytes))
    .digest()
    .copy(changed, 12 + jsonBytes);
  return changed;
}
