import fc from 'fast-check';
import type { EspalierBridge, LabMethod } from '../../src-main/contract/index.ts';
import { parseArguments } from '../../src-main/desktop/answer.ts';
import { messageCases, STARTING } from '../fuzz/mutation/messages.ts';
import { expect, test } from './support/launch.ts';

type WithBridge = Window & { espalier: EspalierBridge };

/** `ESPALIER_FUZZ_CASES=2000 npm test -- e2e messages` sends so many. */
const CASES = Number(process.env.ESPALIER_FUZZ_CASES ?? 200);
const SEED = Number(process.env.ESPALIER_FUZZ_SEED ?? 1);
const AT_ONCE = 50;

interface Message {
  method: LabMethod;
  given: unknown[];
}

const isProper = ({ method, given }: Message): boolean => {
  try {
    parseArguments(method, given);
    return true;
  } catch {
    return false;
  }
};

/** Those that a page can send, as JSON. */
const messages = messageCases
  .map(({ method, given }) => textOf({ method, given }))
  .filter((text): text is string => {
    if (text === null) return false;
    const message = JSON.parse(text) as Message;
    return Array.isArray(message.given) && !(STARTING.includes(message.method) && isProper(message));
  });

function textOf(message: { method: LabMethod; given: unknown }): string | null {
  try {
    return JSON.stringify(message);
  } catch {
    return null;
  }
}

test('whatever a page sends, the window answers each message, refuses in words and goes on', async ({ page, app }) => {
  test.setTimeout(60_000 + CASES * 500);
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  const sent = fc.sample(messages, { numRuns: CASES, seed: SEED });
  const replies: { ok: boolean; text: string }[] = [];
  for (let from = 0; from < sent.length; from += AT_ONCE) {
    replies.push(
      ...(await page.evaluate(
        (texts) =>
          Promise.all(
            texts.map(async (text) => {
              const { method, given } = JSON.parse(text) as { method: string; given: unknown[] };
              const lab = (window as unknown as WithBridge).espalier.lab as unknown as Record<
                string,
                (...all: unknown[]) => Promise<unknown>
              >;
              try {
                await lab[method](...given);
                return { ok: true, text: method };
              } catch (error) {
                return { ok: false, text: error instanceof Error ? error.message : String(error) };
              }
            }),
          ),
        sent.slice(from, from + AT_ONCE),
      )),
    );
  }
  expect(replies).toHaveLength(CASES);
  const refused = replies.filter(({ ok }) => !ok).map(({ text }) => text);
  expect(refused.length).toBeGreaterThan(CASES / 4);
  for (const text of refused) {
    expect(text.length).toBeLessThan(10_000);
    expect(text).not.toMatch(/\n\s+at |\bundefined\b|\[object |is not a function|Cannot read/);
  }
  expect(problems).toEqual([]);
  // It is all there still.
  expect(app.process().exitCode).toBeNull();
  expect(await page.evaluate(() => (window as unknown as WithBridge).espalier.lab.listRuns())).toEqual([]);
  await expect(page.getByRole('heading').first()).toBeVisible();
});
