// The linter's rules: those that find faults. How code looks is prettier's matter (.prettierrc.json), types are tsc's.
import path from 'node:path';
import { plugin as typescript, parser } from 'typescript-eslint';

const root = path.resolve(import.meta.dirname, '..', '..');

/** A promise nobody waits for loses its error and lets two trainings run into each other. */
const PROMISES = {
  '@typescript-eslint/no-floating-promises': [
    'error',
    // The test runner itself waits for the tests of a file.
    { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'describe', 'it'] }] },
  ],
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'], // in try, it must be awaited to be caught
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  'no-async-promise-executor': 'error',
};

/** Unused private members are found by the compiler, unused exports by test/exports.test.ts. */
const UNUSED = {
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_$', destructuredArrayIgnorePattern: '^_', ignoreRestSiblings: true },
  ],
  '@typescript-eslint/no-unused-expressions': 'error',
  'no-useless-assignment': 'error',
  'no-unreachable': 'error',
};

/** What is written is not what happens. */
const FAULTS = {
  eqeqeq: ['error', 'always', { null: 'ignore' }], // == null means: null or undefined
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/no-array-delete': 'error',
  '@typescript-eslint/no-implied-eval': 'error',
  'array-callback-return': 'error',
  'no-constant-condition': 'error',
  'no-constant-binary-expression': 'error',
  'no-constructor-return': 'error',
  'no-cond-assign': ['error', 'always'],
  'no-debugger': 'error',
  'no-dupe-else-if': 'error',
  'no-duplicate-case': 'error',
  'no-empty': 'error',
  'no-fallthrough': 'error',
  'no-loss-of-precision': 'error',
  'no-self-assign': 'error',
  'no-sparse-arrays': 'error',
  'no-template-curly-in-string': 'error',
  'no-unmodified-loop-condition': 'error',
  'no-unreachable-loop': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-optional-chaining': 'error',
  'no-useless-catch': 'error',
  'use-isnan': 'error',
  'valid-typeof': 'error',
};

/** One way of writing where there are two. */
const DIALECT = {
  'prefer-const': ['error', { destructuring: 'all' }],
  'no-var': 'error',
  // Shift-Tab in a notebook shows docstrings as they are: a name stands in backquotes, not in TypeDoc's link tag.
  'no-warning-comments': ['error', { terms: ['{@link', '{@inheritDoc', 'todo', 'fixme', 'xxx'], location: 'anywhere' }],
};

/** Of Node; in TypeScript files the compiler finds undeclared names. */
const GLOBALS = ['AbortController', 'Buffer', 'URL', 'clearInterval', 'clearTimeout', 'console', 'fetch', 'performance'].concat([
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'structuredClone',
]);
const COMMONJS = ['__dirname', '__filename', 'exports', 'module', 'require'];
const declared = (names) => ({ globals: Object.fromEntries(names.map((name) => [name, 'readonly'])) });

export default [
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'test/setup/**/*.mjs', 'kernel-setup/**/*.{mjs,cjs}'],
    plugins: { '@typescript-eslint': typescript },
    languageOptions: {
      parser,
      parserOptions: { project: ['tsconfig.json', 'kernel-setup/lint/tsconfig.json'], tsconfigRootDir: root },
    },
    rules: { ...PROMISES, ...UNUSED, ...FAULTS, ...DIALECT },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }] },
  },
  {
    // Tests make arrays with holes on purpose: to see them refused.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-array-delete': 'off', 'no-sparse-arrays': 'off' },
  },
  {
    // What a program prints is its own affair; a library warns.
    files: ['src/**/*.ts'],
    ignores: ['src/notebook/**', 'src/benchmark/cli.ts', 'src/benchmark/terminal.ts', 'src/benchmark/tune/cli.ts'],
    rules: { 'no-console': ['error', { allow: ['warn', 'info'] }] },
  },
  { files: ['**/*.{mjs,cjs}'], languageOptions: declared(GLOBALS), rules: { 'no-undef': 'error' } },
  { files: ['**/*.cjs'], languageOptions: declared(COMMONJS) },
];
