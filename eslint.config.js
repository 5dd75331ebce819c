import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { espalierRules } from './src-main/toolchain/lint/rules.ts';

const ERASABLE = [
  { selector: 'TSEnumDeclaration', message: 'Only erasable syntax: a const table or a union instead of an enum.' },
  { selector: 'TSParameterProperty', message: 'Only erasable syntax: declare the field.' },
];
const READABLE = {
  selector: 'ClassDeclaration[superClass.name="Error"]',
  message: 'Extend ReadableError of the contract: what a message repeats may act on a terminal.',
};
const PORTABLE = 'Node and Chromium differ in its last bit: take numerics/portable.ts.';

// Rules that need types are in .oxlintrc.json: TypeScript in Go answers them in a tenth of the time.
export default ts.config(
  {
    // The kernels are AssemblyScript: its compiler checks them.
    ignores: ['out/', 'dist/', 'test-results/', 'node_modules/', 'src-main/engine/cpu/kernels/'],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs['flat/recommended'],
  ...svelte.configs['flat/prettier'],
  {
    plugins: { espalier: espalierRules },
    rules: {
      'espalier/floors': 'error',
      'espalier/file-names': 'error',
      'espalier/no-circles': 'error',
      'espalier/guarded-apis': 'error',
      'espalier/method-names': 'error',
      eqeqeq: 'error',
      'no-undef': 'off',
      'no-restricted-syntax': ['error', ...ERASABLE],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Typed arrays and checked maps: the compiler runs without noUncheckedIndexedAccess, reviews watch the rest.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Fields of a form come and go by name.
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      // Collections are replaced as a whole ($state.raw), not watched entry by entry: thousands of runs stay cheap.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    // What engines share is in engine/graph; none looks into another.
    files: ['src-main/engine/{graph,webgpu,tfjs}/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['**/cpu/**'] }] },
  },
  {
    files: ['src-main/engine/{graph,cpu}/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: ['**/webgpu/**', '**/tfjs/**'] }] },
  },
  {
    files: ['src-main/engine/engine.ts', 'src-main/{topology,networks,lab}/**/*.ts'],
    rules: { 'espalier/docstrings': 'error' },
  },
  {
    files: ['src-main/**/*.ts'],
    ignores: ['src-main/toolchain/**', 'src-main/contract/readable-error.ts'],
    rules: { 'no-restricted-syntax': ['error', ...ERASABLE, READABLE] },
  },
  {
    // What goes into a run: its last bit must not hang on the engine of JavaScript.
    files: ['src-main/{numerics,topology,training}/**/*.ts', 'src-main/datasets/augmentation/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['cos', 'sin', 'tan', 'pow'].map((property) => ({
          ...{ object: 'Math', property },
          message: PORTABLE,
        })),
      ],
      'no-restricted-syntax': [
        'error',
        ...ERASABLE,
        READABLE,
        // Powers of two are exact.
        { selector: 'BinaryExpression[operator="**"]:not([left.value=2])', message: PORTABLE },
        { selector: 'AssignmentExpression[operator="**="]', message: PORTABLE },
      ],
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    // Playwright reads a fixture's needs from its destructured parameter: none is {}.
    files: ['test/e2e/**/*.ts'],
    rules: { 'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }] },
  },
  {
    files: ['src-renderer/**/*.svelte', 'test/renderer/**/*.svelte'],
    languageOptions: { globals: globals.browser, parserOptions: { parser: ts.parser } },
  },
  { files: ['src-renderer/**/*.svelte.ts'], languageOptions: { parser: ts.parser } },
);
