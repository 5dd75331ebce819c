import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/folders.ts';

const FOLDER = 'src-main/topology/methods';
/** Files of that folder that are no method. */
const OTHERS = new Set(['index', 'method']);
/** Names that are words of other things too: they give a method away only beside the word method. */
const ORDINARY = new Set(['dense', 'static', 'set']);

/** Training methods that Espalier brings along: the files of their folder. */
export const METHOD_FILES: readonly string[] = readdirSync(join(projectRoot, FOLDER))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length))
  .filter((name) => !OTHERS.has(name));

const names = new Set(METHOD_FILES);

/** Published experiments and the demo name the methods that they train; that is what they are. */
const NAMES_METHODS = [`${FOLDER}/`, 'src-main/lab/studies/presets/', 'src-main/lab/runs/presets.ts'];

/** Whether a file may say which method does what. */
export const mayNameMethods = (path: string): boolean =>
  !path.startsWith('src-') || NAMES_METHODS.some((allowed) => path.startsWith(allowed));

/** Whether text names a method wherever it stands, such as `rigl`. */
export const isMethodName = (text: unknown): boolean =>
  typeof text === 'string' && names.has(text) && !ORDINARY.has(text);

/** What to do instead. */
export const METHOD_NAME_ADVICE =
  'What a method is and does is in its file in topology/methods: ask its declaration, not its name.';
