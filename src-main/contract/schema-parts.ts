import * as v from 'valibot';
import { shortened } from './echo.ts';

export type FieldGroup = 'what' | 'topology' | 'optimisation' | 'augmentation' | 'execution';

export interface FieldMetadata {
  group: FieldGroup;
  unit?: string;
}

/** An entry with its label, help and group of the form. */
export const field = <T extends v.GenericSchema>(schema: T, label: string, help: string, metadata: FieldMetadata) =>
  v.pipe(schema, v.title(label), v.description(help), v.metadata({ ...metadata }));

export const number = (least: number, most: number, unit?: string) =>
  v.pipe(
    v.number((issue) => `must be a number, not ${shortened(issue.received)}`),
    v.finite('must be finite'),
    v.minValue(
      least,
      (issue) => `must be at least ${least}${unit ? ` ${unit}` : ''}, not ${shortened(issue.received)}`,
    ),
    v.maxValue(most, (issue) => `must be at most ${most}${unit ? ` ${unit}` : ''}, not ${shortened(issue.received)}`),
  );

export const integer = (least: number, most: number, unit?: string) =>
  v.pipe(
    number(least, most, unit),
    v.integer((issue) => `must be a whole number, not ${shortened(issue.received)}`),
  );

export const choice = <const T extends readonly [string, ...string[]]>(options: T) =>
  v.picklist(options, (issue) => `must be one of ${options.join(', ')}, not ${shortened(issue.received)}`);

export const text = v.string((issue) => `must be text, not ${shortened(issue.received)}`);
export const flag = v.boolean((issue) => `must be true or false, not ${shortened(issue.received)}`);
