import {
  catalogueOf,
  defaultMethod,
  describeFields,
  type FieldDescription,
  type MethodCatalogue,
  type MethodDescription,
  type MethodFileReport,
} from '../../src-main/contract/index.ts';
import { bridge, messageOf } from './bridge.ts';

let all = $state.raw<MethodCatalogue>(new Map());
let failure = $state<string | null>(null);
let folder = $state('');
let files = $state.raw<readonly MethodFileReport[]>([]);
/** Contents that the person wants to hear nothing of until the next start. */
let putOff = $state.raw<ReadonlySet<string>>(new Set());
const fields = $derived<readonly FieldDescription[]>(describeFields(all));
const waiting = $derived(files.filter(isWaiting));

/** The training methods that a configuration may name. Pages are shown once they are known. */
export const methods = {
  get isLoaded(): boolean {
    return all.size > 0;
  },
  get failure(): string | null {
    return failure;
  },
  get all(): MethodCatalogue {
    return all;
  },
  /** Every key that a configuration may have, whatever its method. */
  get fields(): readonly FieldDescription[] {
    return fields;
  },
  get default(): MethodDescription {
    return defaultMethod(all);
  },
  /** Where files with methods of the person's own belong. */
  get folder(): string {
    return folder;
  },
  get files(): readonly MethodFileReport[] {
    return files;
  },
  /** Files that are not loaded before the person says so. */
  get waiting(): readonly MethodFileReport[] {
    return waiting;
  },
  /** Those of them that the person has not put off. */
  get toAskFor(): readonly MethodFileReport[] {
    return waiting.filter(({ sha256 }) => !putOff.has(sha256));
  },
  /** The file of a method of the person's own; undefined of one that Espalier brings along. */
  fileOf: (name: string): MethodFileReport | undefined => files.find((file) => file.name === name),
};

/** Whether a file is new or has changed, and is not loaded before the person says so. */
export function isWaiting({ state }: Pick<MethodFileReport, 'state'>): boolean {
  return state === 'new' || state === 'changed';
}

export function putOffMethod(sha256: string): void {
  putOff = new Set([...putOff, sha256]);
}

export async function loadMethods(): Promise<void> {
  try {
    const [described, found] = await Promise.all([bridge.lab.listMethods(), bridge.lab.listMethodFiles()]);
    all = catalogueOf(described);
    ({ folder, files } = found);
    failure = null;
  } catch (error) {
    failure = messageOf(error);
  }
}

/** Loads them and follows them from then on: a file that was written elsewhere shows when the window comes to the front. */
export async function followMethods(): Promise<void> {
  bridge.on('methods-changed', () => void loadMethods());
  window.addEventListener('focus', () => void loadMethods());
  await loadMethods();
}
