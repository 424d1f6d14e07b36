// What happens to a cell's text before tslab converts it. Only insertions within a line are made, so line numbers stay,
// and `original` maps every position back.
'use strict';

/** Stands in front of each round of a loop until the cell is JavaScript; a text, since that has no type to be checked. */
const LOOP_MARK = '"each round of a loop";';

/**
 * @param {typeof import('typescript')} ts the TypeScript that tslab brings along
 * @param {string} code the cell's text
 * @returns {{text: string, topLevelAwait: boolean, original: (offset: number) => {offset: number, line: number, character: number}}}
 */
function prepare(ts, code) {
  const prefix = 'export {};\n'; // makes the text a module, in which TypeScript parses `await` at the top level
  const file = ts.createSourceFile('cell.ts', prefix + code, ts.ScriptTarget.ES2022, true);
  const insertions = []; // {at, text}, ascending
  const insert = (at, text) => insertions.push({ at: at - prefix.length, text });

  const visit = (node, atTop) => {
    let awaits = atTop && (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined));
    if (node !== file && isMarked(ts, node) && node.getStart() >= prefix.length) {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line; // the prefix is one line: already 1-based
      insert(node.getStart(), `/*@L${line}*/ `);
    }
    // tslab asks the type checker for the wrong symbol of `{ lr }`: written out as `{ lr: lr }` it finds the earlier cell's name.
    if (ts.isShorthandPropertyAssignment(node)) insert(node.name.end, `: ${node.name.text}`);
    const inner = atTop && !ts.isFunctionLike(node) && !ts.isClassLike(node);
    ts.forEachChild(node, (child) => {
      const body = ts.isIterationStatement(node, false) && child === node.statement;
      if (body) insert(child.getStart() + (ts.isBlock(child) ? 1 : 0), ts.isBlock(child) ? LOOP_MARK : `{${LOOP_MARK}`);
      if (visit(child, inner)) awaits = true;
      if (body && !ts.isBlock(child)) insert(child.end, '}');
    });
    return awaits;
  };
  const topLevelAwait = visit(file, true);
  const { text, original } = apply(code, insertions);
  return { text, topLevelAwait, original };
}

/**
 * Where the name of the innermost function or class stands whose parentheses hold a position; undefined outside of any.
 *
 * @param {typeof import('typescript')} ts
 * @param {string} code the cell's text, which need not be complete
 * @param {number} position
 */
function calledAround(ts, code, position) {
  const file = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.ES2022, true);
  let found;
  const visit = (node) => {
    if (position < node.pos || position > node.end) return;
    const called = ts.isCallExpression(node) || ts.isNewExpression(node) ? node.expression : undefined;
    const bracket = called ? code.indexOf('(', called.end) : -1;
    const open = bracket >= 0 && bracket < position && (position < node.end || !code.slice(bracket, node.end).endsWith(')'));
    if (open) found = ts.isPropertyAccessExpression(called) ? called.name.getStart() : called.getStart();
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Statements, members and arrow bodies get a comment with their line, which survives the conversion: see `lineAt`. */
function isMarked(ts, node) {
  if (ts.isBlock(node) || ts.isExportDeclaration(node)) return false;
  if (ts.isArrowFunction(node.parent) && node.parent.body === node) return true;
  return ts.isStatement(node) || ts.isMethodDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isPropertyAssignment(node);
}

function apply(code, insertions) {
  let text = '';
  let from = 0;
  for (const { at, text: piece } of insertions) {
    text += code.slice(from, at) + piece;
    from = at;
  }
  text += code.slice(from);
  const original = (offset) => {
    let back = offset;
    for (const { at, text: piece } of insertions) {
      if (back <= at) break;
      back = Math.max(at, back - piece.length);
    }
    const before = code.slice(0, back).split('\n');
    return { offset: back, line: before.length - 1, character: before[before.length - 1].length };
  };
  return { text, original };
}

/** Puts a call of the named function where loops are marked; nothing where the code runs without that function. */
function checkLoops(output, name) {
  return output.replaceAll(LOOP_MARK, `globalThis.${name}?.();`);
}

/** The cell's line (1-based) that a position in the converted JavaScript belongs to, or null. Positions are 1-based. */
function lineAt(output, line, column) {
  const lines = output.split('\n');
  if (line > lines.length) return null; // tslab's call of the whole cell
  const before = [...lines.slice(0, line - 1), (lines[line - 1] ?? '').slice(0, column)].join('\n');
  const marks = [...before.matchAll(/\/\*@L(\d+)\*\//g)];
  return marks.length > 0 ? Number(marks[marks.length - 1][1]) : null;
}

module.exports = { calledAround, prepare, checkLoops, lineAt };
