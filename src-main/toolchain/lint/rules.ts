import { isBuiltin } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import type { ESLint, Rule } from 'eslint';
import { projectRoot } from '../support/folders.ts';
import { findCircle } from './circles.ts';
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

/** Espalier's own ESLint rules. */
export const espalierRules: ESLint.Plugin = {
  meta: { name: 'espalier' },
  rules: { floors, 'file-names': fileNames, 'no-circles': noCircles, 'guarded-apis': guardedApis, docstrings },
};
