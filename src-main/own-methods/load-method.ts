import { compileFunction } from 'node:vm';
import { transform } from 'sucrase';
import type { MethodSource } from '../contract/index.ts';
import type { Method } from '../topology/methods/index.ts';
import * as api from './api.ts';
import { callLimited } from './limited-call.ts';
import { lineWithin, MethodFileError } from './method-file-error.ts';
import { methodIssues } from './method-schema.ts';

/** What a method's file may import. */
const API_NAME = 'espalier';

/**
 * Runs a method's file, and takes what it exports by default for a method once that is sound. TypeScript loses its types,
 * lines stay where they are. The file is a program: whoever calls has asked the person.
 * @throws MethodFileError naming the file, the line or field, and what is wrong
 */
export function loadMethod({ file, code }: Pick<MethodSource, 'file' | 'code'>): Method {
  const exported = evaluate(file, code);
  if (typeof exported !== 'object' || exported === null) {
    throw new MethodFileError(
      `${file} exports no method: it needs "export default defineMethod({ ... })", with defineMethod from '${API_NAME}'.`,
    );
  }
  const method = exported as Method;
  const issues = methodIssues(method);
  if (issues.length > 0) {
    const list = issues.map(({ field, message }) => `${field === '' ? 'it' : field} ${message}`);
    throw new MethodFileError(`${file} is no method: ${list.join('; ')}.`);
  }
  return method;
}

/** What a file is once it is compiled. */
type FileBody = (exports: { default?: unknown }, require: typeof requireApi) => void;

function evaluate(file: string, code: string): unknown {
  const module: { default?: unknown } = {};
  try {
    const run = compileFunction(withoutTypes(file, code), ['exports', 'require'], { filename: file }) as FileBody;
    callLimited(() => run(module, requireApi));
  } catch (error) {
    if (error instanceof MethodFileError) throw error;
    throw new MethodFileError(`${lineWithin(error, file)}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return module.default;
}

/** As a function's body: its imports are calls of `require`, its exports fields of `exports`. */
function withoutTypes(file: string, code: string): string {
  const isTypeScript = /\.[cm]?ts$/.test(file);
  try {
    return transform(code, {
      transforms: isTypeScript ? ['typescript', 'imports'] : ['imports'],
      disableESTransforms: true,
      preserveDynamicImport: true,
    }).code;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // sucrase ends its messages with `(line:column)`.
    const [, text = message, line] = /^(.*) \((\d+):\d+\)$/s.exec(message) ?? [];
    throw new MethodFileError(`${file}${line === undefined ? '' : `:${line}`}: ${text}`);
  }
}

function requireApi(specifier: string): typeof api {
  if (specifier === API_NAME) return api;
  throw new Error(
    `imports "${specifier}": a method is one file, stored with every run, and may import only "${API_NAME}"`,
  );
}
