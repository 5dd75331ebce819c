import * as contract from '../../src-main/contract/index.ts';
import type { ConfigurationInput, RunConfiguration, StudyDefinition } from '../../src-main/contract/index.ts';
import { builtInMethods, type Method } from '../../src-main/topology/methods/index.ts';

/** The methods that Espalier brings along, for tests that need no others; and what of the contract goes by them. */

export const METHOD_NAMES: readonly string[] = [...builtInMethods.keys()];

/** Of a configuration, or by name. */
export const methodOf = (named: string | Pick<RunConfiguration, 'method'>): Method =>
  contract.requireMethod(builtInMethods, typeof named === 'string' ? named : named.method);

export const requireConfiguration = (input: unknown): RunConfiguration =>
  contract.requireConfiguration(input, builtInMethods);
export const resolveConfiguration = (input: unknown): contract.ConfigurationCheck =>
  contract.resolveConfiguration(input, builtInMethods);
export const describeFields = (): contract.FieldDescription[] => contract.describeFields(builtInMethods);
export const requireStudy = (input: unknown): StudyDefinition => contract.requireStudy(input, builtInMethods);
export const studyPoints = (definition: StudyDefinition): contract.StudyPoint[] =>
  contract.studyPoints(definition, builtInMethods);
export const isMeant = (key: string, method: string): boolean => contract.isMeant(key, methodOf(method));
export const expandStudy = (definition: StudyDefinition): ConfigurationInput[] =>
  contract.expandStudy(definition, builtInMethods);
