import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurn } from '../../../src/backend/graph/inTurn';
import { node } from './nodes';

test('what a section computes is put in order, section by section', () => {
  const graph = [
    node('slot', 'VarHandleOp', [], { section: 0 }),
    node('fill', 'AssignVariableOp', ['slot'], { section: 0 }),
    node('w', 'ReadVariableOp', ['slot']),
    node('c', 'Const'),
    node('a', 'Mul', ['w:0', 'c:0']),
    node('b', 'Add', ['w:0', 'c:0'], { after: ['w'] }),
    node('d', 'Sum', ['a:0']),
    node('later', 'Mul', ['b:0'], { section: 2 }),
    node('last', 'Sum', ['later:0'], { section: 2 }),
  ];
  const after = Object.fromEntries(inTurn(graph, ['b:0', 'd:0', 'last']).map(({ name, after: waits }) => [name, waits]));
  assert.deepEqual(after, {
    ...{ slot: [], fill: [], w: [], c: [], a: [] },
    b: ['w', 'a'],
    d: ['b'],
    ...{ later: [], last: ['later'] },
  });
});

test('what nobody needs is not waited for: it would be computed', () => {
  const graph = [node('x', 'Placeholder'), node('a', 'Exp', ['x']), node('unused', 'Log', ['x']), node('b', 'Sqrt', ['x'])];
  const [, , unused, b] = inTurn(graph, ['a', 'b']);
  assert.deepEqual([unused.after, b.after], [[], ['a']]);
});

test('the order is one in which the nodes can be computed, whatever the order in which they were written', () => {
  const graph = [
    node('x', 'Placeholder'),
    node('change', 'ResourceApplyMomentum', [], { after: ['product'] }),
    node('product', '_FusedMatMul', ['x']),
  ];
  const [, change, product] = inTurn(graph, ['change']);
  assert.deepEqual([change.after, product.after], [['product'], []]);
});

test('what TensorFlow joins with something else is not waited for by order', () => {
  const graph = [
    node('x', 'Placeholder'),
    node('conv', 'Conv2D', ['x']),
    node('bias', 'Mul', ['x']),
    node('sum', 'AddV2', ['x']),
    node('all', 'BiasAdd', ['conv', 'bias']),
  ];
  const after = inTurn(graph, ['all', 'sum']).map((one) => one.after);
  assert.deepEqual(after, [[], [], [], [], ['bias']]);
});
