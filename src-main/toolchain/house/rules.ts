import { isBuiltin } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import type { ESLint, Rule } from 'eslint';
import { projectRoot } from '../support/places.ts';
import { findCircle } from './circles.ts';
import { GUARDED_APIS, judgeFileName, judgeImport, judgePackage, placeOf } from './floors.ts';

/** Reports imports that break the floors of docs/architecture.md, dynamic imports and re-exports included. */
const floors: Rule.RuleModule = {
  meta: { type: 'problem', schema: [], docs: { description: 'a room imports only rooms below it' } },
  create(context) {
    const from = placeOf(relative(projectRoot, context.filename));
    const check = (node: Rule.Node, specifier: unknown): void => {
      if (typeof specifier !== 'string') return;
      const message = specifier.startsWith('.')
        ? judgeImport(from, placeOf(relative(projectRoot, resolve(dirname(context.filename), specifier))))
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
    const path = placeOf(relative(projectRoot, context.filename)).path;
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
        const message = judgeFileName(placeOf(relative(projectRoot, context.filename)).path);
        if (message !== null) context.report({ node, loc: { line: 1, column: 0 }, message });
      },
    };
  },
};

/** The house's own ESLint plugin. */
export const house: ESLint.Plugin = {
  meta: { name: 'house' },
  rules: { floors, 'file-names': fileNames, 'no-circles': noCircles, 'guarded-apis': guardedApis },
};
