import type * as v from 'valibot';
import { entriesOf } from './configuration-schema.ts';
import type { MethodCatalogue } from './methods.ts';
import type { FieldMetadata } from './schema-parts.ts';

/** One field of the configuration as a form shows it; read off the schema, so the two cannot differ. */
export interface FieldDescription extends FieldMetadata {
  key: string;
  label: string;
  help: string;
  control: 'number' | 'integer' | 'choice' | 'switch' | 'text';
  least?: number;
  most?: number;
  choices?: readonly string[];
}

interface AnySchemaPart {
  type: string;
  requirement?: unknown;
  title?: string;
  description?: string;
  metadata?: FieldMetadata;
  options?: readonly string[];
  pipe?: readonly AnySchemaPart[];
}

/** All fields in the order of a form, those among them that only some methods have (`isMeant`). */
export function describeFields(methods: MethodCatalogue): FieldDescription[] {
  return Object.entries(entriesOf(methods.values(), methods)).map(([key, schema]) => describe(key, schema));
}

function describe(key: string, schema: v.GenericSchema): FieldDescription {
  const parts = flatten(schema as unknown as AnySchemaPart);
  const find = (type: string) => parts.find((part) => part.type === type);
  const metadata = find('metadata')?.metadata;
  if (!metadata) throw new Error(`The configuration field ${key} has no metadata, so no form can show it.`);
  const options = find('picklist')?.options;
  return {
    key,
    label: find('title')?.title ?? key,
    help: find('description')?.description ?? '',
    ...metadata,
    control: options
      ? 'choice'
      : find('boolean')
        ? 'switch'
        : find('integer')
          ? 'integer'
          : find('number')
            ? 'number'
            : 'text',
    least: find('min_value')?.requirement as number | undefined,
    most: find('max_value')?.requirement as number | undefined,
    choices: options,
  };
}

function flatten(part: AnySchemaPart): AnySchemaPart[] {
  if (!part.pipe) return [part];
  return part.pipe.flatMap((inner) => (inner === part || !inner.pipe ? [inner] : flatten(inner)));
}
