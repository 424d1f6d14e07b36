import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { runNode } from './child';

const ROOT = resolve(__dirname, '../..'); // of the project; this file runs from dist/test
const SOURCE = join(ROOT, 'src');

/** The rooms of `src/` from the ground up; each imports only from rooms before it. */
const ROOMS = [
  'utils',
  'metrics',
  'figures',
  'backend',
  'autodiff',
  'data',
  'scenarios',
  'models',
  'training',
  'methods',
  'experiments',
  'benchmark',
  'evidence',
  'notebook',
  'index.ts',
];
const floorOf = (file: string) => ROOMS.indexOf(room(file));

interface Import {
  from: string;
  /** The file in `src/`, or the package. */
  to: string;
  inside: boolean;
  typeOnly: boolean;
  /** Whether it is loaded when the importing file is. */
  atLoad: boolean;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join(SOURCE, file));
const room = (file: string) => relative(SOURCE, file).split(sep)[0];
const short = (file: string) => relative(SOURCE, file);
const imports = files.flatMap(importsOf);
const inside = imports.filter((one) => one.inside);

/** All imports, exports from, `require` and `import()` of a file. */
function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (name: string, typeOnly: boolean, atLoad: boolean) => {
    const local = name.startsWith('.');
    found.push({
      from: file,
      to: local ? resolveLocal(file, name) : name.replace(/^node:/, ''),
      inside: local,
      typeOnly,
      atLoad,
    });
  };
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      add(node.moduleSpecifier.text, isTypeOnly(node), true);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      add(node.argument.literal.text, true, true);
    } else if (ts.isCallExpression(node) && node.arguments.length > 0 && ts.isStringLiteralLike(node.arguments[0])) {
      const { expression } = node;
      const loads = expression.kind === ts.SyntaxKind.ImportKeyword || /^require(\.resolve)?$/.test(expression.getText());
      if (loads) add(node.arguments[0].text, false, !inFunction);
    }
    ts.forEachChild(node, (child) => visit(child, inFunction || ts.isFunctionLike(node) || isInstanceField(node)));
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true), false);
  return found;
}

/** Its initial value is computed in the constructor. */
function isInstanceField(node: ts.Node): boolean {
  return ts.isPropertyDeclaration(node) && !node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (!clause || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return clause !== undefined;
  const names = clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : undefined;
  return !clause.name && names !== undefined && names.length > 0 && names.every((name) => name.isTypeOnly);
}

function resolveLocal(from: string, name: string): string {
  const path = resolve(dirname(from), name);
  const candidates = [path, `${path}.ts`, join(path, 'index.ts'), path.replace(/\.js$/, '.ts')];
  const target = candidates.find((candidate) => files.includes(candidate));
  assert.ok(target, `${short(from)} imports ${name}, which is not a file of src/`);
  return target;
}

/** Groups of nodes that reach each other. */
function cycles(edges: [string, string][]): string[][] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const reach = (start: string): Set<string> => {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      open.push(...(next.get(node) ?? []));
    }
    return seen;
  };
  const reached = new Map([...next.keys()].map((node) => [node, reach(node)]));
  const inCycle = [...reached.keys()].filter((node) => reached.get(node)!.has(node)).sort();
  return inCycle.map((node) => [
    node,
    ...inCycle.filter((other) => other !== node && reached.get(node)!.has(other) && reached.get(other)!.has(node)),
  ]);
}

test('every room of src/ stands on a floor', () => {
  assert.deepEqual(
    [...new Set(files.map(room))].filter((name) => !ROOMS.includes(name)),
    [],
  );
  assert.ok(files.length > 50 && inside.length > 150, 'the files and their imports are found');
});

test('a room imports only from rooms before it, types included', () => {
  const wrong = inside.filter(({ from, to }) => room(from) !== room(to) && floorOf(to) >= floorOf(from));
  assert.deepEqual(
    wrong.map(({ from, to }) => `${short(from)} → ${short(to)}`),
    [],
  );
});

test('metrics import nothing but utils, and utils nothing of src/', () => {
  const wrong = inside.filter(
    ({ from, to }) => ['metrics', 'utils'].includes(room(from)) && ![room(from), 'utils'].includes(room(to)),
  );
  assert.deepEqual(
    wrong.map(({ from, to }) => `${short(from)} → ${short(to)}`),
    [],
  );
});

test('no import cycles among files, types included', () => {
  assert.deepEqual(cycles(inside.map(({ from, to }): [string, string] => [short(from), short(to)])), []);
});

test('tfjs is loaded by the backend only, and only when it is opened; types may be used at the top of its files', () => {
  const tfjs = imports.filter(({ to }) => to.startsWith('@tensorflow/'));
  assert.deepEqual(
    tfjs.filter(({ from }) => room(from) !== 'backend').map(({ from }) => short(from)),
    [],
  );
  assert.deepEqual(
    tfjs.filter(({ atLoad, typeOnly }) => atLoad && !typeOnly).map(({ from }) => short(from)),
    [],
  );
  assert.ok(tfjs.length >= 3);
});

test('tslab is known to the notebook room only', () => {
  const wrong = files.filter(
    (file) => room(file) !== 'notebook' && imports.some(({ from, to }) => from === file && /^tslab/.test(to)),
  );
  assert.deepEqual(wrong.map(short), []);
});

test('figures and metrics are pure: no files, processes, terminal or network', () => {
  const effects = /^(fs|fs\/promises|child_process|http|https|net|os|worker_threads|readline)$/;
  const wrong = imports.filter(({ from, to }) => ['figures', 'metrics'].includes(room(from)) && effects.test(to));
  assert.deepEqual(
    wrong.map(({ from, to }) => `${short(from)} → ${to}`),
    [],
  );
});

test('every room but utils has an index', () => {
  for (const name of ROOMS.filter((one) => one !== 'index.ts' && one !== 'utils')) {
    assert.ok(files.includes(join(SOURCE, name, 'index.ts')), `${name}/index.ts is missing`);
  }
});

test('importing the library does nothing: no tfjs, no tslab, no plotting library is loaded, nothing is printed, no file or process is opened', () => {
  const script = `
    const before = process._getActiveHandles().length;
    require(${JSON.stringify(join(ROOT, 'dist/src/index.js'))});
    const heavy = Object.keys(require.cache).filter((file) => /node_modules.(@tensorflow|tslab|danfojs|plotly|commander|cli-progress|bullmq|ioredis|valibot)/.test(file));
    setImmediate(() => console.log(JSON.stringify([heavy.slice(0, 5), process._getActiveHandles().length - before])));`;
  const { output, status } = runNode(['-e', script]);
  assert.equal(status, 0, output);
  assert.equal(output.trim(), '[[],0]');
});
