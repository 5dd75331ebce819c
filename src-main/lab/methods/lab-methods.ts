import {
  catalogueOf,
  requireMethod,
  shortened,
  type MethodCatalogue,
  type MethodDescription,
  type MethodFileReport,
  type MethodSource,
  type OwnMethod,
} from '../../contract/index.ts';
import { guardMethod } from '../../own-methods/guard-method.ts';
import { loadMethod } from '../../own-methods/load-method.ts';
import { builtInMethods, type Method } from '../../topology/methods/index.ts';
import type { RunRecord } from '../../store/records.ts';
import { LabError } from '../lab-error.ts';
import { describeMethod } from './describe-method.ts';
import { createMethodFolders, type FoundFile } from './method-folder.ts';
import type { TrustedMethods } from './trusted-methods.ts';

/** The training methods of a lab: those that Espalier brings along, and a person's own files. */
export interface LabMethods {
  /** Those that a configuration may name, as of the last `refresh`. */
  all(): MethodCatalogue<Method>;
  /** @throws LabError where there is no such method here */
  get(name: string): Method;
  /** A person's own method as it stands; null of one that Espalier brings along. */
  ownMethod(name: string): OwnMethod | null;
  /** Whether this content may be loaded here. */
  isAllowed(source: Pick<MethodSource, 'sha256'>): boolean;
  /** The file that has a method now, loaded or not: of that method, else of that name; null where there is none. */
  sourceNow(method: string, file: string): MethodSource | null;
  /** @throws LabError where there is no such file, or it cannot be read */
  read(file: string): MethodSource;
  /** What the method of a stored run says of itself, whether it is still here or not. */
  describe(run: Pick<RunRecord, 'ownMethod' | 'configuration'>): MethodDescription;
  /** What became of each file. */
  files(): MethodFileReport[];
  /** Looks at the files again; loads what is new or has changed, where that is allowed. */
  refresh(): Promise<void>;
  /**
   * Allows a file to be loaded with this content, and loads it where it has that.
   * @param isStored a run has this content stored, so that it may be loaded whatever the file is now
   * @throws LabError where there is no such file, or it has other content by now
   */
  trust(file: string, sha256: string, isStored: boolean): Promise<void>;
}

export interface LabMethodParts {
  folders: readonly string[];
  /** Contents that the person has allowed; null where nothing is asked, as on a command line of her own. */
  trusted: TrustedMethods | null;
  /** Files came, went, changed or were loaded. */
  onChanged?(files: MethodFileReport[]): void;
}

interface Own {
  method: Method;
  source: MethodSource;
}

/** Nothing is loaded before the first `refresh`. */
export function createLabMethods({ folders, trusted, onChanged }: LabMethodParts): LabMethods {
  const folder = createMethodFolders(folders);
  /** By content: a file that has not changed is not run again. */
  const loaded = new Map<string, Own | string>();
  let catalogue: MethodCatalogue<Method> = builtInMethods;
  let own = new Map<string, Own>();
  let reports: MethodFileReport[] = [];
  let found: FoundFile[] = [];
  let looking: Promise<void> | null = null;

  const load = (source: MethodSource): Own | string => {
    const key = `${source.file} ${source.sha256}`;
    const known = loaded.get(key);
    if (known !== undefined) return known;
    let result: Own | string;
    try {
      result = { method: guardMethod(loadMethod(source), source), source };
    } catch (error) {
      result = error instanceof Error ? error.message : String(error);
    }
    loaded.set(key, result);
    return result;
  };

  const judge = ({ file, source, problem }: FoundFile, taken: ReadonlyMap<string, Own>): MethodFileReport | Own => {
    const report = { file, ...sizeOf(source), name: null, message: null };
    if (source === null) return { ...report, state: 'broken', message: `${file} ${problem}.` };
    if (trusted && !trusted.has(source.sha256)) {
      return { ...report, state: trusted.knows(file) ? 'changed' : 'new' };
    }
    const result = load(source);
    if (typeof result === 'string') return { ...report, state: 'broken', message: result };
    const other = taken.get(result.method.name);
    if (!other) return result;
    const message = `${file}: its method is called ${result.method.name}, as that of ${other.source.file} is.`;
    return { ...report, state: 'broken', message };
  };

  async function look(): Promise<void> {
    const next = new Map<string, Own>();
    const nextReports: MethodFileReport[] = [];
    found = await folder.look();
    for (const one of found) {
      const judged = judge(one, next);
      if ('state' in judged) {
        nextReports.push(judged);
        continue;
      }
      const { method, source } = judged;
      next.set(method.name, judged);
      nextReports.push({ file: one.file, state: 'loaded', ...sizeOf(source), name: method.name, message: null });
    }
    const before = reports;
    reports = nextReports;
    if (JSON.stringify(reports) !== JSON.stringify(before)) queueMicrotask(() => onChanged?.(nextReports));
    const isSame = next.size === own.size && [...next].every(([name, one]) => own.get(name) === one);
    if (isSame) return;
    own = next;
    // Schemas and tables are kept by catalogue: a new one only where it differs.
    catalogue = catalogueOf([...builtInMethods.values(), ...[...own.values()].map(({ method }) => method)]);
  }

  const refresh = (): Promise<void> => (looking ??= look().finally(() => (looking = null)));

  return {
    all: () => catalogue,
    get(name) {
      const method = catalogue.get(name);
      if (method) return method;
      const names = [...catalogue.keys()].join(', ');
      throw new LabError(`There is no method ${shortened(name)} here; the methods are ${names}.`);
    },
    ownMethod(name) {
      const found = own.get(name);
      return found ? { source: found.source, description: describeMethod(found.method) } : null;
    },
    isAllowed: ({ sha256 }) => trusted?.has(sha256) ?? true,
    sourceNow: (method, file) => own.get(method)?.source ?? found.find((one) => one.file === file)?.source ?? null,
    read(file) {
      const one = found.find((candidate) => candidate.file === file);
      if (!one) throw new LabError(`There is no file ${shortened(file)} among the methods.`);
      if (!one.source) throw new LabError(`${file} ${one.problem}.`);
      return one.source;
    },
    describe: ({ ownMethod, configuration }) =>
      ownMethod?.description ?? requireMethod(builtInMethods, configuration.method),
    files: () => reports,
    refresh,
    async trust(file, sha256, isStored) {
      await refresh();
      const report = reports.find((one) => one.file === file);
      if (!isStored) {
        if (!report) throw new LabError(`There is no file ${shortened(file)} among the methods.`);
        if (report.sha256 !== sha256) throw new LabError(`${shortened(file)} has changed meanwhile: look at it again.`);
      }
      await trusted?.add(file, sha256);
      await refresh();
    },
  };
}

const sizeOf = (source: MethodSource | null): Pick<MethodFileReport, 'sha256' | 'bytes' | 'lines'> => ({
  sha256: source?.sha256 ?? '',
  bytes: source ? Buffer.byteLength(source.code) : 0,
  lines: source ? source.code.replace(/\r?\n$/, '').split(/\r?\n/).length : 0,
});
