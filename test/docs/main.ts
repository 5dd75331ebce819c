import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { projectRoot } from '../../src-main/toolchain/support/folders.ts';
import { withTables } from './methods-table.ts';

/** `npm run docs:table`: writes the tables of docs/methods.md anew. */
const page = join(projectRoot, 'docs', 'methods.md');
const options = { ...(await resolveConfig(page)), filepath: page };
writeFileSync(page, await format(withTables(readFileSync(page, 'utf8')), options));
