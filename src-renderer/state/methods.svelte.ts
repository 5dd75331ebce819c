import {
  catalogueOf,
  defaultMethod,
  describeFields,
  type FieldDescription,
  type MethodCatalogue,
  type MethodDescription,
} from '../../src-main/contract/index.ts';
import { bridge, messageOf } from './bridge.ts';

let all = $state.raw<MethodCatalogue>(new Map());
let failure = $state<string | null>(null);
const fields = $derived<readonly FieldDescription[]>(describeFields(all));

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
};

export async function loadMethods(): Promise<void> {
  try {
    all = catalogueOf(await bridge.lab.listMethods());
    failure = null;
  } catch (error) {
    failure = messageOf(error);
  }
}
