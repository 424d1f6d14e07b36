import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import { methodLabel, METHODS } from '../../src';
import { PLOTLY_CONFIG } from '../../src/utils/plotly';
import { needsJupyter } from '../kernel/python';
import { asJupyterWrites } from './canonical';
import { codeCells, figuresOf, isTagged, notebookNames, notebookPath, PLOTLY, readNotebook, textOf } from './files';

const MAX_LINES = 12;
const MAX_BYTES = 1_000_000;

test('there are the notebooks, in order', () => {
  assert.deepEqual(notebookNames, [
    '00-start-here',
    '01-task-incremental',
    '02-domain-incremental',
    '03-class-incremental',
    '04-forward-transfer',
    '05-hyperparameters',
    '06-your-own-method-and-data',
    '07-results',
    '08-stability-gap',
    '09-your-own-table',
  ]);
});

for (const name of notebookNames) {
  const notebook = readNotebook(name);
  const cells = codeCells(notebook);

  test(`${name} is committed executed: every code cell once, from top to bottom, without an error`, () => {
    assert.deepEqual(
      cells.map(({ cell }) => cell.execution_count),
      cells.map((_, i) => i + 1),
    );
    for (const { cell, index } of cells)
      assert.ok(!cell.outputs!.some((output) => output.output_type === 'error'), `cell ${index}`);
  });

  test(`${name}: each figure is kept as Plotly figure and as PNG`, () => {
    const shown = cells.filter(({ source }) => figuresOf(source) > 0);
    assert.ok(shown.length >= 3);
    for (const { cell, index } of shown) {
      const figures = cell.outputs!.filter((output) => output.data?.[PLOTLY]);
      assert.ok(figures.length > 0, `cell ${index} has no figure`);
      for (const { data } of figures)
        assert.match(data!['image/png'], /^iVBOR/, `cell ${index}: no PNG; run npm run notebooks where a Chromium is installed`);
    }
  });

  test(`${name} is written as JupyterLab would write it`, (context) => {
    if (!needsJupyter(context)) return;
    assert.ok(
      fs.readFileSync(notebookPath(name), 'utf8') === asJupyterWrites(notebook),
      'it was changed by other means: run node dist/test/notebooks/pictures.js',
    );
  });

  test(`${name} is small and names no folder of the machine it ran on`, () => {
    const text = fs.readFileSync(notebookPath(name), 'utf8');
    assert.ok(text.length < MAX_BYTES, `${text.length} bytes`);
    assert.doesNotMatch(
      text.replace(/"image\/png": "[^"]*"/g, ''),
      /(?<![\w.])(\/(home|root|work|tmp|Users|private|opt)\/|[A-Z]:\\\\)/,
    );
  });

  test(`${name} opens with question, what to see and time, and ends with things to try and a comparison with print`, () => {
    const [opening] = notebook.cells;
    assert.match(textOf(opening.source), /^# .*\n\n\*\*Question\.\*\* [^]*\*\*You will see\*\*[^]*\*\*Time\.\*\* /);
    const prose = notebook.cells
      .filter((cell) => cell.cell_type === 'markdown')
      .map((cell) => textOf(cell.source))
      .join('\n');
    assert.match(prose, /## Try this[^]*\n1\. [^]*\n2\. [^]*## Here and in print/);
  });

  test(`${name} keeps its parameters in one cell, with plain values, and fast ones that it knows`, () => {
    const tagged = cells.filter(({ cell }) => isTagged(cell, 'parameters'));
    assert.equal(tagged.length, 1);
    const [{ source, cell }] = tagged;
    const names = [...source.matchAll(/^ {2}(\w+): /gm)].map((match) => match[1]);
    if (['07-results', '09-your-own-table'].includes(name)) assert.ok(names.includes('file'), 'file: the table, or the results');
    else assert.ok(names.includes('data') && source.includes("'synthetic'"), 'data: real or synthetic');
    for (const fast of Object.keys(cell.metadata.fast!)) assert.ok(names.includes(fast), `${fast} is no parameter`);
  });

  test(`${name}: no code cell has more than ${MAX_LINES} lines`, () => {
    for (const { source, index } of cells)
      assert.ok(source.split('\n').length <= MAX_LINES, `cell ${index} has ${source.split('\n').length}`);
  });

  test(`${name}: the longer time of cells tagged 'import' is for the one that imports the library`, () => {
    const tagged = cells.filter(({ cell }) => isTagged(cell, 'import'));
    assert.deepEqual(
      tagged,
      cells.filter(({ source }) => source.includes("from 'continual-learning'")),
    );
    assert.equal(tagged.length, 1);
  });

  test(`${name}: its figures have the buttons that the library gives them, none that sends a figure away`, () => {
    const figures = cells.flatMap(({ cell }) => (cell.outputs ?? []).flatMap(({ data }) => data?.[PLOTLY] ?? [])) as {
      config: object;
    }[];
    assert.ok(figures.length > 0);
    for (const { config } of figures) assert.deepEqual(config, PLOTLY_CONFIG);
  });

  test(`${name} calls the methods in its tables what the library calls them`, () => {
    const known = METHODS.map((method) => methodLabel(method.name));
    for (const [, written] of cells.flatMap(({ source }) => [...source.matchAll(/\bmethod: '([A-Z].*?)'/g)]))
      assert.ok(known.includes(written), written);
  });

  test(`${name} uses no object shorthand for a name of another cell, which plain tslab cannot run`, () => {
    const declared = cells.map(({ source }) => declaredNames(source));
    cells.forEach(({ source, index }, k) => {
      const others = new Set(declared.flatMap((names, other) => (other === k ? [] : [...names])));
      const wrong = shorthandNames(source).filter((each) => others.has(each) && !declared[k].has(each));
      assert.deepEqual(wrong, [], `cell ${index}: write ${wrong.map((each) => `${each}: ${each}`).join(', ')}`);
    });
  });
}

test('the shorthand check finds what it looks for', () => {
  assert.deepEqual(shorthandNames('f({ a, b: c, ...d })'), ['a']);
  assert.deepEqual(
    [...declaredNames('const { x, y: [z] } = q; import { w } from "v"; (p) => p; function g() {} class K {}')].sort(),
    ['K', 'g', 'p', 'w', 'x', 'z'],
  );
});

function visit(source: string, look: (node: ts.Node) => void): void {
  const walk = (node: ts.Node): void => {
    look(node);
    ts.forEachChild(node, walk);
  };
  walk(ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, true));
}

/** Names declared anywhere in a cell: variables, parameters, functions, classes, imports. */
function declaredNames(source: string): Set<string> {
  const names = new Set<string>();
  visit(source, (node) => {
    const named =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isImportSpecifier(node);
    if (named && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
  });
  return names;
}

/** Names used as `{ name }` in object literals of a cell. */
function shorthandNames(source: string): string[] {
  const names: string[] = [];
  visit(source, (node) => {
    if (ts.isShorthandPropertyAssignment(node)) names.push(node.name.text);
  });
  return names;
}
