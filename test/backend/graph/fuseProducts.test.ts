import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuseProducts } from '../../../src/backend/graph/fuseProducts';
import type { Attributes, GraphNode } from '../../../src/backend/graph/writer';
import { node as graphNode } from './nodes';

const node = (name: string, op: string, inputs: string[] = [], after: string[] = [], attributes: Attributes = {}): GraphNode =>
  graphNode(name, op, inputs, { after, attributes });

/** A layer with ReLU, and a change of its weights that waits for the product. */
const LAYER = [
  node('x', 'GatherV2'),
  node('w', 'ReadVariableOp'),
  node('product', 'BatchMatMulV2', ['x:0', 'w:0']),
  node('b', 'ReadVariableOp'),
  node('sum', 'BiasAdd', ['product:0', 'b:0']),
  node('h', 'Relu', ['sum:0']),
  node('change', 'ResourceApplyMomentum', ['h:0'], ['product', 'sum']),
];

/** Names and operations. */
const told = (nodes: readonly GraphNode[]) => nodes.map(({ name, op }) => `${name} ${op}`);

test('a product, its bias and its ReLU become one operation, which others wait for', () => {
  const fused = fuseProducts(LAYER, ['change']);
  assert.deepEqual(told(fused), [
    'x GatherV2',
    'w ReadVariableOp',
    'b ReadVariableOp',
    'h _FusedMatMul',
    'change ResourceApplyMomentum',
  ]);
  const [, , , h, change] = fused;
  assert.deepEqual(h.inputs, ['x:0', 'w:0', 'b:0']);
  assert.deepEqual(h.attributes.fused_ops, { texts: ['BiasAdd', 'Relu'] });
  assert.deepEqual(change.after, ['h']);
});

test('without a ReLU the bias is joined alone', () => {
  const [, , , sum] = fuseProducts(LAYER.slice(0, 5), ['sum:0']);
  assert.deepEqual([sum.name, sum.op, sum.attributes.fused_ops], ['sum', '_FusedMatMul', { texts: ['BiasAdd'] }]);
});

test('what something else uses or fetches stays a node of its own', () => {
  const usesProduct = [...LAYER, node('penalty', 'Sum', ['product:0'])];
  assert.deepEqual(told(fuseProducts(usesProduct, [])), told(usesProduct));
  assert.deepEqual(told(fuseProducts(LAYER, ['product:0'])), told(LAYER));
  for (const fused of [fuseProducts([...LAYER, node('gate', 'Mul', ['sum:0', 'x:0'])], []), fuseProducts(LAYER, ['sum:0'])]) {
    assert.deepEqual(
      told(fused).filter((one) => /Fused|Relu/.test(one)),
      ['sum _FusedMatMul', 'h Relu'],
    );
  }
});

test('transposed products stay', () => {
  for (const [op, name] of [
    ['BatchMatMulV2', 'adj_x'],
    ['BatchMatMulV2', 'adj_y'],
    ['MatMul', 'transpose_a'],
    ['MatMul', 'transpose_b'],
  ]) {
    const transposed = LAYER.map((one) =>
      one.name === 'product' ? node('product', op, [...one.inputs], [], { [name]: true }) : one,
    );
    assert.deepEqual(told(fuseProducts(transposed, [])), told(transposed));
  }
});

test('a bias that is read after a change which waits for the product stays apart: the two would wait for each other', () => {
  const changed = [
    ...LAYER.slice(0, 3),
    node('early', 'ResourceApplyMomentum', [], ['product']),
    node('b', 'ReadVariableOp', [], ['early']),
    ...LAYER.slice(4, 6),
  ];
  assert.deepEqual(told(fuseProducts(changed, [])), told(changed));
});

test('in a loop only the same turn counts: the bias is read after the last turn’s changes', () => {
  const loop = [
    node('start', 'Enter'),
    node('merge', 'Merge', ['start', 'next']),
    node('index', 'Identity', ['merge']),
    ...LAYER.map((one) => (one.name === 'b' ? node('b', 'ReadVariableOp', [], ['index']) : one)),
    node('next', 'NextIteration', ['index'], ['change']),
  ];
  assert.ok(told(fuseProducts(loop, [])).includes('h _FusedMatMul'));
});
