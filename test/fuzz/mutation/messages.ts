import fc, { type Arbitrary } from 'fast-check';
import type { LabMethod } from '../../../src-main/contract/index.ts';
import { LAB_METHODS } from '../../../src-main/desktop/messages.ts';
import type { Sender } from '../../../src-main/desktop/sender.ts';
import { GOOD } from '../../desktop/support/good-arguments.ts';
import { mutatedJson } from './json.ts';

/** What a proper message would start: a training, a download, an export, a dialog. */
export const STARTING: readonly LabMethod[] = [
  ...(['launchRuns', 'launchPreset', 'launchStudy', 'resumeStudy', 'resumeRun', 'calibrateEngines'] as const),
  ...(['importDataset', 'downloadDataset', 'exportMasks'] as const),
];

export interface MessageCase {
  method: LabMethod;
  given: unknown;
  sender: Sender;
  /** Whether the trained run is meant. */
  isReal: boolean;
}

/** The identifier of a run in proper arguments. */
export const SOME_RUN = 'abcd';

/** What JSON has not, but a message may hold. */
const oddValues: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -0,
    2 ** 53,
    new Date(Number.NaN),
    new Map(),
    new Set(),
  ),
  fc.constantFrom<unknown>(
    '\u202eabcd',
    'ab\u0000cd',
    '\u001b[31m',
    '../../x',
    'A'.repeat(100_000),
    'abcd\n',
    '__proto__',
  ),
  fc.bigInt(),
  fc.uint8Array({ maxLength: 8 }),
  fc.anything({
    maxDepth: 2,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withTypedArray: true,
    withSparseArray: true,
  }),
);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const argumentsOf = (method: LabMethod): Arbitrary<unknown> => {
  const good: unknown[] = GOOD[method];
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(good) },
    { weight: 5, arbitrary: mutatedJson(fc.constant(good)).map(parsed) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.nat(Math.max(0, good.length - 1)), oddValues).map(([at, value]) => {
        const given = [...good];
        given[at] = value;
        return given;
      }),
    },
    { weight: 1, arbitrary: oddValues },
  );
};

const senders: Arbitrary<Sender> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constant({ contentsId: 1, frameAddress: 'app://espalier/index.html', isMainFrame: true }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      contentsId: fc.constantFrom(1, 2),
      frameAddress: fc.constantFrom(
        null,
        'app://espalier/index.html',
        'app://evil/',
        'https://espalier/',
        'about:blank',
        '',
      ),
      isMainFrame: fc.boolean(),
    }),
  },
);

/** Messages on every channel: proper ones, and what mutation makes of them. */
export const messageCases: Arbitrary<MessageCase> = fc
  .constantFrom(...LAB_METHODS)
  .chain((method) =>
    fc.record({ method: fc.constant(method), given: argumentsOf(method), sender: senders, isReal: fc.boolean() }),
  );
