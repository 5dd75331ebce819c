import { expect, test } from 'vitest';
import { tfjsLosses } from './conformance-image-training.ts';
import { describeEngine } from './conformance.ts';
import { openTfjsOnCpu } from './tfjs-support.ts';

// Plain JavaScript takes half a second for a step of the long runs where the machine is busy.
describeEngine('tfjs engine, cpu backend', openTfjsOnCpu, 80);

// Once for all engines' files. After a change of the trial: `npx vitest run -u tfjs-conformance`.
test('the losses that every engine is held to are those of tfjs', { timeout: 600_000 }, async () => {
  const losses = await tfjsLosses();
  const lines = losses.map((loss) => `${loss}\n`).join('');
  await expect(lines).toMatchFileSnapshot('../fixtures/residual-losses.txt');
});
