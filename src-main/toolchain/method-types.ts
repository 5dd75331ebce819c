import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { format } from 'prettier';
import ts from 'typescript';
import { projectRoot } from './support/folders.ts';

/** What a method's file may import from 'espalier'. */
const API = join(projectRoot, 'src-main/own-methods/api.ts');
/** What ships, and is written beside a method in TypeScript. */
export const METHOD_TYPES_FILE = join(projectRoot, 'resources/espalier.d.ts');

const HEADER = `// Types for methods of training in Espalier. Made from its sources (npm run method-types): edits are lost.
`;

/**
 * The declarations that `api.ts` exports and those that they need, as one module 'espalier': declarations of the sources
 * go in with their comments, types that come out of a library (schemas) as what they amount to.
 * @throws Error where two needed declarations share a name
 */
export async function methodTypes(): Promise<string> {
  const { config } = ts.readConfigFile(join(projectRoot, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, noEmit: false, declaration: true, emitDeclarationOnly: true, types: ['node'] },
    projectRoot,
  );
  const sources = ts.createProgram([API], options);
  const declared = new Map<string, string>();
  sources.emit(undefined, (file, text) => declared.set(file, text), undefined, true);
  const entry = API.replace(/\.ts$/, '.d.ts');
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  const program = ts.createProgram(
    [entry],
    { ...options, noEmit: true, allowImportingTsExtensions: true },
    {
      ...host,
      readFile: (file) => declared.get(file) ?? readFile(file),
      fileExists: (file) => declared.has(file) || (!isSource(file) && fileExists(file)),
      getSourceFile(file, version) {
        const text = declared.get(file) ?? (isSource(file) ? undefined : readFile(file));
        return text === undefined ? undefined : ts.createSourceFile(file, text, version, true);
      },
    },
  );
  const parts = declarationsFrom(program, entry);
  const module = `${HEADER}declare module 'espalier' {\n${parts.join('\n\n')}\n}\n`;
  return format(module, { parser: 'typescript', printWidth: 120, singleQuote: true });
}

const isSource = (file: string): boolean =>
  file.startsWith(join(projectRoot, 'src-main')) && file.endsWith('.ts') && !file.endsWith('.d.ts');

function declarationsFrom(program: ts.Program, entry: string): string[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const api = source && checker.getSymbolAtLocation(source);
  if (!api) throw new Error(`${entry} is no module`);
  const resolved = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Set(checker.getExportsOfModule(api).map(resolved));
  const waiting = [...exported];
  const names = new Map<string, ts.Symbol>();
  const parts: string[] = [];
  for (const symbol of waiting) {
    const known = names.get(symbol.name);
    if (known === symbol) continue;
    if (known) throw new Error(`Two declarations that ${entry} needs are called ${symbol.name}.`);
    names.set(symbol.name, symbol);
    for (const declaration of symbol.declarations ?? []) {
      const statement = statementOf(declaration);
      if (needsLibrary(statement) && ts.isTypeAliasDeclaration(statement)) {
        parts.push(`${commentOf(statement)}export type ${symbol.name} = ${expanded(checker, statement)};`);
        continue;
      }
      parts.push(`${commentOf(statement)}export ${statement.getText().replace(/^(?:export )?(?:declare )?/, '')}`);
      visit(statement, (node) => {
        const found = checker.getSymbolAtLocation(node);
        if (found && isTopLevel(resolved(found))) waiting.push(resolved(found));
      });
    }
  }
  return parts;
}

const statementOf = (declaration: ts.Declaration): ts.Node =>
  ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;

function visit(node: ts.Node, see: (identifier: ts.Identifier) => void): void {
  if (ts.isIdentifier(node)) see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** Whether a symbol is declared by itself in the project's sources, and is no parameter or field. */
const isTopLevel = ({ declarations = [] }: ts.Symbol): boolean =>
  declarations.some((declaration) => {
    const statement = statementOf(declaration);
    return ts.isSourceFile(statement.parent) && isProject(statement.getSourceFile().fileName);
  });

const isProject = (file: string): boolean => !relative(join(projectRoot, 'src-main'), file).startsWith('..');

/** Whether a declaration goes by a library's namespace, or by `typeof` a value whose type would bring it along. */
function needsLibrary(statement: ts.Node): boolean {
  let isFound = false;
  const look = (node: ts.Node): void => {
    if (ts.isTypeQueryNode(node) || (ts.isQualifiedName(node) && node.left.getText() === 'v')) isFound = true;
    ts.forEachChild(node, look);
  };
  look(statement);
  return isFound;
}

/** A type as what it amounts to, its members one by one. */
function expanded(checker: ts.TypeChecker, statement: ts.TypeAliasDeclaration): string {
  const type = checker.getTypeAtLocation(statement.name);
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
  const shown = (one: ts.Type): string => checker.typeToString(one, statement, flags);
  if (type.isUnion() || !type.getProperties().length || checker.getIndexInfosOfType(type).length) return shown(type);
  const members = type.getProperties().map((property) => {
    const optional = property.flags & ts.SymbolFlags.Optional ? '?' : '';
    return `${property.name}${optional}: ${shown(checker.getTypeOfSymbolAtLocation(property, statement))};`;
  });
  return `{\n${members.join('\n')}\n}`;
}

/** The comment right above it; those before belong to its file. */
function commentOf(node: ts.Node): string {
  const { text } = node.getSourceFile();
  const range = ts.getLeadingCommentRanges(text, node.getFullStart())?.at(-1);
  return range ? `${text.slice(range.pos, range.end)}\n` : '';
}

if (import.meta.main) writeFileSync(METHOD_TYPES_FILE, await methodTypes());
