import {
  catalogueOf,
  type LabApi,
  type LabEventName,
  type LabEvents,
  type MethodDescription,
  type MethodFileReport,
  type MethodSource,
  type RunMethod,
  type RunStatus,
} from '../../../src-main/contract/index.ts';
import { describeMethod } from '../../../src-main/lab/methods/describe-method.ts';
import { firstDifference } from '../../../src-main/lab/methods/method-change.ts';
import { builtInMethods } from '../../../src-main/topology/methods/index.ts';
import { OWN_METHOD } from '../../support/own-method-text.ts';

const CHANGED = OWN_METHOD.replace('Updates before any weight moves.', 'Updates before the first weight moves.');

/** No hash: nothing is checked by it here. */
const sourceOf = (file: string, code: string, digit: string): MethodSource => ({
  ...{ file, code },
  sha256: digit.repeat(64),
});
const sources: Record<string, MethodSource> = {
  'gentle.ts': sourceOf('gentle.ts', OWN_METHOD, 'a'),
  'patient.ts': sourceOf('patient.ts', OWN_METHOD.replaceAll('gentle-set', 'patient-set'), 'b'),
  'twice.ts': sourceOf('twice.ts', CHANGED.replaceAll('gentle-set', 'twice'), 'c'),
  'broken.js': sourceOf('broken.js', 'export default {\n  name: ,\n};\n', 'd'),
};

const gentle: MethodDescription = {
  ...describeMethod(builtInMethods.get('set')!),
  ...{ name: 'gentle-set', title: 'Gentle SET', source: 'Notebook, 29 November', drops: 'smallest magnitude' },
  hasReference: false,
  uses: builtInMethods.get('set')!.uses.filter((key) => key !== 'fidelity'),
  keys: {
    patience: {
      ...{ kind: 'integer', label: 'Patience', help: 'Updates before any weight moves.', unit: 'updates' },
      ...{ least: 0, most: 50, default: 2 },
    },
  },
};

/** The method of a fake run that is a person's own: its file has changed since; of a queued one, nobody allowed it. */
export const fakeRunMethod = (method: string, status: RunStatus): RunMethod | null =>
  method === gentle.name
    ? {
        source: sources['gentle.ts'],
        isAllowed: status !== 'queued',
        change:
          status === 'queued'
            ? null
            : {
                now: { ...sources['gentle.ts'], code: CHANGED, sha256: 'e'.repeat(64) },
                difference: firstDifference(OWN_METHOD, CHANGED),
                isAllowed: false,
              },
      }
    : null;

/** What the built-in methods and those that are loaded say of themselves. */
export const fakeCatalogue = catalogueOf([...[...builtInMethods.values()].map(describeMethod), gentle]);

/** Files in every state; those that are allowed are loaded. */
export function fakeMethodMethods(
  emit: <E extends LabEventName>(event: E, payload: LabEvents[E]) => void,
): Pick<LabApi, 'listMethods' | 'listMethodFiles' | 'readMethodFile' | 'trustMethod'> {
  const report = (
    file: string,
    state: MethodFileReport['state'],
    name: string | null,
    message: string | null,
  ): MethodFileReport => {
    const { code, sha256 } = sources[file];
    return { ...{ file, state, name, message, sha256 }, bytes: code.length, lines: code.split('\n').length - 1 };
  };
  let files = [
    report('broken.js', 'broken', null, 'broken.js:2: Unexpected token'),
    report('gentle.ts', 'loaded', gentle.name, null),
    report('patient.ts', 'new', null, null),
    report('twice.ts', 'changed', null, null),
  ];
  return {
    listMethods: async () => [...fakeCatalogue.values()],
    listMethodFiles: async () => ({ folder: '/home/ada/.local/share/espalier/methods', files }),
    readMethodFile: async (file) => sources[file],
    trustMethod: async (file) => {
      const name = file.replace('.ts', '-set');
      files = files.map((one) => (one.file === file ? { ...one, state: 'loaded' as const, name } : one));
      emit('methods-changed', files);
    },
  };
}
