import {
  ENGINE_NAMES,
  ENGINE_TITLES,
  millisecondsText,
  type EngineCalibration,
  type EngineName,
} from '../../src-main/contract/index.ts';
import { NOTHING } from '../ui/format.ts';

/** Engines that were measured for at least one network, in the order in which lists show engines. */
export const measuredEngines = (calibrations: readonly EngineCalibration[]): EngineName[] =>
  ENGINE_NAMES.filter((name) => calibrations.some(({ choice }) => timeOn(choice, name) !== null));

/** Heads of the table: short, since there is one for each engine. */
export const engineHead = (name: EngineName): string => `${ENGINE_TITLES[name]}, ms a step`;

const timeOn = ({ measured }: EngineCalibration['choice'], name: EngineName): number | null =>
  measured.find(({ engine }) => engine === name)?.millisecondsPerStep ?? null;

/** One engine's cell: its time, or why there is none. */
export function engineCell(
  { choice }: EngineCalibration,
  name: EngineName,
): { text: string; note: string; isTaken: boolean } {
  const time = timeOn(choice, name);
  const found = choice.measured.find(({ engine }) => engine === name);
  return {
    text: time === null ? NOTHING : millisecondsText(time),
    note: found?.title ?? choice.left.find(({ engine }) => engine === name)?.reason ?? 'not measured',
    isTaken: choice.engine === name,
  };
}

/** The network, and what else its speed depends on. */
export function subjectOf({ subject: [network, ...rest] }: EngineCalibration): { network: string; rest: string } {
  return { network, rest: rest.join(', ') };
}
