import { isBuiltin } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import type { ESLint, Rule } from 'eslint';
import { projectRoot } from '../support/folders.ts';
import { findCircle } from './circles.ts';
import { isMethodName, mayNameMethods, METHOD_FILES, METHOD_NAME_ADVICE } from './method-names.ts';
import { GUARDED_APIS, judgeFileName, judgeImport, judgePackage, roomFileOf } from './floors.ts';

/** Reports imports that break the floors of docs/architecture.md, dynamic imports and re-exports included. */
const floors: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], docs: { description: 'a room imports only rooms below it' } },
  create(context) {
    const from = roomFileOf(relative(projectRoot, context.filename));
    const check = (node: Rule.Node, specifier: unknown): void => {
      if (typeof specifier !== 'string') return;
      const message = specifier.startsWith('.')
        ? judgeImport(from, roomFileOf(relative(projectRoot, resolve(dirname(context.filename), specifier))))
        : judgePackage(from, specifier, isBuiltin(specifier));
      if (message !== null) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ImportExpression: (node) => check(node, node.source.type === 'Literal' ? node.source.value : undefined),
    };
  },
};

/** Reports a file that takes part in a circle of imports. */
const noCircles: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], docs: { description: 'no circles of imports' } },
  create(context) {
    return {
      Program(node) {
        const circle = findCircle(context.filename, context.sourceCode.text);
        if (circle === null) return;
        const names = circle.map((file) => relative(projectRoot, file)).join(' -> ');
        context.report({ node, loc: { line: 1, column: 0 }, message: `Circle of imports: ${names}` });
      },
    };
  },
};

/** Reports Electron's sharp tools outside the files that guard them. */
const guardedApis: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], docs: { description: 'raw IPC and openExternal stay in their guard files' } },
  create(context) {
    const path = roomFileOf(relative(projectRoot, context.filename)).path;
    if (!path.startsWith('src-')) return {};
    const forbidden = new Map(GUARDED_APIS.filter((api) => !api.files.test(path)).map((api) => [api.name, api.reason]));
    const report = (node: Rule.Node, name: string): void => {
      const reason = forbidden.get(name);
      if (reason !== undefined) context.report({ node, message: `${name} is not used here: ${reason}.` });
    };
    return {
      ImportSpecifier(node) {
        if (node.imported.type === 'Identifier') report(node, node.imported.name);
      },
      MemberExpression(node) {
        if (node.property.type !== 'Identifier') return;
        report(node, node.property.name);
        if (node.object.type === 'Identifier') report(node, `${node.object.name}.${node.property.name}`);
      },
    };
  },
};

/** Reports a file whose name does not follow the repository's convention. */
const fileNames: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], docs: { description: 'components in PascalCase, all else in kebab-case' } },
  create(context) {
    return {
      Program(node) {
        const message = judgeFileName(roomFileOf(relative(projectRoot, context.filename)).path);
        if (message !== null) context.report({ node, loc: { line: 1, column: 0 }, message });
      },
    };
  },
};

/** Reports exported functions without a docstring. */
const docstrings: Rule.RuleModule = {
  meta: { type: 'suggestion', schema: [], docs: { description: 'exported functions say what they do' } },
  create(context) {
    return {
      ExportNamedDeclaration(node) {
        const { declaration } = node;
        const isFunction =
          declaration?.type === 'FunctionDeclaration' ||
          (declaration?.type === 'VariableDeclaration' &&
            declaration.declarations.some(({ init }) => init?.type === 'ArrowFunctionExpression'));
        if (!isFunction) return;
        const comment = context.sourceCode.getCommentsBefore(node).at(-1);
        if (comment?.type === 'Block' && comment.value.startsWith('*')) return;
        context.report({
          node,
          message: 'An exported function has a docstring: what it does, with shapes, units and the errors it throws.',
        });
      },
    };
  },
};

/** Reports code that goes by the name of a training method: `if (method === 'rigl')`, a switch, a table by name. */
const methodNames: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], docs: { description: 'no room goes by the name of a method' } },
  create(context) {
    if (mayNameMethods(roomFileOf(relative(projectRoot, context.filename)).path)) return {};
    const report = (node: Rule.Node): void => context.report({ node, message: METHOD_NAME_ADVICE });
    const isText = (node: { type: string; value?: unknown }): boolean =>
      node.type === 'Literal' && METHOD_FILES.includes(String(node.value));
    const isMethod = (node: Parameters<typeof context.sourceCode.getText>[0]): boolean =>
      /(^|\W)\w*method(Name|\.name)?$/i.test(context.sourceCode.getText(node));
    return {
      BinaryExpression(node) {
        const { left, right } = node;
        const isNamed = [left, right].some((side) => side.type === 'Literal' && isMethodName(side.value));
        if (isNamed || (isMethod(left) && isText(right)) || (isText(left) && isMethod(right))) report(node);
      },
      SwitchStatement(node) {
        const isOfMethod = isMethod(node.discriminant);
        const isNamed = node.cases.some(
          ({ test }) => test?.type === 'Literal' && (isMethodName(test.value) || (isOfMethod && isText(test))),
        );
        if (isNamed) report(node);
      },
      Property(node) {
        const { key } = node;
        const name = key.type === 'Identifier' && !node.computed ? key.name : key.type === 'Literal' ? key.value : null;
        if (isMethodName(name)) report(node);
      },
      MemberExpression(node) {
        const { property } = node;
        const name = property.type === 'Literal' ? property.value : node.computed ? null : nameOf(property);
        if (isMethodName(name)) report(node);
      },
    };
  },
};

const nameOf = (node: { type: string; name?: string }): string | null =>
  node.type === 'Identifier' ? (node.name ?? null) : null;

/** Espalier's own ESLint rules. */
export const espalierRules: ESLint.Plugin = {
  meta: { name: 'espalier' },
  rules: {
    floors,
    'file-names': fileNames,
    'no-circles': noCircles,
    'guarded-apis': guardedApis,
    'method-names': methodNames,
    docstrings,
  },
};
