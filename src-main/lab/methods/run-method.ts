import { visibleText, type MethodSource, type OwnMethod, type RunMethod } from '../../contract/index.ts';
import type { RunRecord } from '../../store/records.ts';
import { LabError } from '../lab-error.ts';
import type { LabMethods } from './lab-methods.ts';
import { changedMethodText, firstDifference } from './method-change.ts';

/** The method of a run beside its file as it is now; null of one that Espalier brings along. */
export function runMethod({ ownMethod, configuration }: RunRecord, methods: LabMethods): RunMethod | null {
  if (!ownMethod) return null;
  const { source } = ownMethod;
  const now = methods.sourceNow(configuration.method, source.file);
  const isChanged = now !== null && now.sha256 !== source.sha256;
  return {
    source,
    isAllowed: methods.isAllowed(source),
    change: isChanged
      ? { now, difference: firstDifference(source.code, now.code), isAllowed: methods.isAllowed(now) }
      : null,
  };
}

/**
 * What a run of a person's own method is to go on by: null where that is what it has stored.
 * @param isChangeAccepted it may go on although the file has changed
 * @throws LabError where its content was not allowed, or the file has changed and that is not accepted
 */
export function methodToGoOnBy(record: RunRecord, methods: LabMethods, isChangeAccepted: boolean): OwnMethod | null {
  // A paused run has its thread, with the method loaded.
  if (record.status === 'paused') return null;
  const method = runMethod(record, methods);
  if (method?.change && !isChangeAccepted) {
    throw new LabError(changedMethodText(record, method.source, method.change.now));
  }
  // What is not here any more goes on by what is stored with the run.
  if (!method?.change) {
    if (method) requireAllowed(record, method.source, methods);
    return null;
  }
  requireAllowed(record, method.change.now, methods);
  const now = methods.ownMethod(record.configuration.method);
  if (now) return now;
  const problem = methods.files().find(({ file }) => file === method.source.file)?.message;
  throw new LabError(
    `Run ${visibleText(record.name)} (${record.id}) cannot go on by ${method.source.file} as it is now: ` +
      (problem ?? `it has no method ${record.configuration.method} any more.`),
  );
}

/** @throws LabError where this content of a method of the run was not allowed to be loaded here */
export function requireAllowed(record: RunRecord, source: MethodSource, methods: LabMethods): void {
  if (methods.isAllowed(source)) return;
  throw new LabError(
    `Run ${visibleText(record.name)} (${record.id}) is of the method in ${visibleText(source.file)}, and nobody has ` +
      'allowed that program here. Look at it on the page of the run, and allow it there.',
  );
}
