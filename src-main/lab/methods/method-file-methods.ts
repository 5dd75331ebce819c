import type { LabApi } from '../../contract/index.ts';
import type { RunBook } from '../runs/run-book.ts';
import type { LabMethods } from './lab-methods.ts';

/** The methods of the lab that are about files with methods of a person's own. */
export type MethodFileMethods = Pick<LabApi, 'listMethodFiles' | 'readMethodFile' | 'trustMethod'>;

interface MethodFileMethodParts {
  /** Where a person puts such files. */
  folder: string;
  methods: LabMethods;
  book: RunBook;
  /** Lets runs start that were held in the queue. */
  release(ids: readonly string[]): Promise<void>;
  /** @throws StoreError `read-only` where the data folder was opened for reading */
  requireWrite(): void;
}

/** What a person does with files of methods. */
export function createMethodFileMethods(parts: MethodFileMethodParts): MethodFileMethods {
  const { folder, methods, book, release, requireWrite } = parts;
  return {
    async listMethodFiles() {
      await methods.refresh();
      return { folder, files: methods.files() };
    },
    async readMethodFile(file) {
      await methods.refresh();
      return methods.read(file);
    },
    async trustMethod(file, sha256) {
      requireWrite();
      const ofIt = book
        .all()
        .filter(({ ownMethod }) => ownMethod?.source.file === file && ownMethod.source.sha256 === sha256);
      await methods.trust(file, sha256, ofIt.length > 0);
      await release(ofIt.filter(({ status }) => status === 'queued').map(({ id }) => id));
    },
  };
}
