import * as v from 'valibot';
import { labArguments, shortened, type LabApi, type LabMethod, ReadableError } from '../contract/index.ts';
import type { LabRefusal, LabReply } from './messages.ts';

/** A message from a window that was not let through. */
export class RefusedMessageError extends ReadableError {
  override readonly name = 'RefusedMessageError';
}

/** The schema’s own words repeat what was sent. */
const LONGEST_MESSAGE = 300;

/**
 * Arguments as the contract wants them: anything beyond them is dropped.
 * @throws RefusedMessageError naming the method, the argument and what is wrong with it
 */
export function parseArguments<M extends LabMethod>(method: M, given: unknown): Parameters<LabApi[M]> {
  const schema = labArguments[method] as unknown as v.GenericSchema<unknown, Parameters<LabApi[M]>>;
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const argument = issue.path?.map((part) => shortened(String(part.key))).join('.');
  const what = shortened(issue.message.replace(/received undefined$/, 'received nothing'), LONGEST_MESSAGE);
  throw new RefusedMessageError(`${method}${argument === undefined ? '' : ` (argument ${argument})`}: ${what}`);
}

/** Calls the method with checked arguments. Never rejects: what goes wrong comes back as a refusal. */
export async function answer<M extends LabMethod>(method: M, given: unknown, lab: Promise<LabApi>): Promise<LabReply> {
  try {
    const parameters = parseArguments(method, given);
    const call = (await lab)[method] as (...all: Parameters<LabApi[M]>) => Promise<unknown>;
    return { ok: true, value: await call(...parameters) };
  } catch (error) {
    return toRefusal(error);
  }
}

export function toRefusal(error: unknown): LabRefusal {
  if (error instanceof Error) return { ok: false, name: error.name, message: error.message };
  return { ok: false, name: 'Error', message: String(error) };
}
