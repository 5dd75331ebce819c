import * as v from 'valibot';
import type { Store } from '../../store/client.ts';

/** Contents of methods' files that the person has allowed to be loaded in this data folder. */
export interface TrustedMethods {
  has(sha256: string): boolean;
  /** Whether any content of a file of this name was allowed. */
  knows(file: string): boolean;
  /** Stored when it resolves. */
  add(file: string, sha256: string): Promise<void>;
}

const stored = v.array(v.object({ file: v.string(), sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }));

/** Reads what was allowed; where that cannot be read, nothing was. Kept apart from the settings that a window may change. */
export async function openTrustedMethods(store: Store): Promise<TrustedMethods> {
  const parsed = v.safeParse(stored, (await store.read.settings()).trustedMethods);
  let all = parsed.success ? parsed.output : [];
  return {
    has: (sha256) => all.some((one) => one.sha256 === sha256),
    knows: (file) => all.some((one) => one.file === file),
    async add(file, sha256) {
      if (all.some((one) => one.file === file && one.sha256 === sha256)) return;
      const next = [...all, { file, sha256 }];
      await store.write.changeSettings({ trustedMethods: next });
      all = next;
    },
  };
}
