import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutProducts } from '../../../src/backend/graph/cutProducts';
import { cutWeights, partsOf } from '../../../src/backend/graph/cutWeights';
import { byName, shapeOf } from '../../../src/backend/graph/work';
import type { GraphNode } from '../../../src/backend/graph/writer';
import { node } from './nodes';

const [BATCH, INPUTS, WIDTH] = [64, 784, 256];

/** A variable of a shape, as the recorder writes it: filled and read in calls of their own, and read in the section. */
function variable(name: string, shape: number[]): GraphNode[] {
  return [
    node(name, 'VarHandleOp', [], { section: 0, attributes: { shape, dtype: 'float32' } }),
    node(`${name}/feed`, 'Placeholder', [], { section: 0, attributes: { shape, dtype: 'float32' } }),
    node(`${name}/assign`, 'AssignVariableOp', [name, `${name}/feed`], { section: 0 }),
    node(`${name}/read`, 'ReadVariableOp', [name], { section: 0 }),
    node(`${name}/here`, 'Enter', [name]),
    node(`${name}/now`, 'ReadVariableOp', [`${name}/here`], { shapes: [shape] }),
  ];
}

/** The first layer's part of a step: product, bias and ReLU, gradient, an update that waits for the readers. */
function layer({ width = WIDTH, batch = BATCH } = {}): GraphNode[] {
  const shape = [INPUTS, width];
  const zero = { data: new Float32Array(1), shape: [] };
  return [
    ...variable('w', shape),
    ...variable('v', shape),
    ...variable('b', [width]),
    node('x', 'GatherV2', [], { shapes: [[batch, INPUTS]] }),
    node('product', 'BatchMatMulV2', ['x:0', 'w/now:0'], { shapes: [[batch, width]] }),
    node('sum', 'BiasAdd', ['product:0', 'b/now:0'], { shapes: [[batch, width]] }),
    node('h', 'Relu', ['sum:0'], { shapes: [[batch, width]] }),
    node('error', 'ReluGrad', ['h:0', 'h:0'], { shapes: [[batch, width]] }),
    node('gradient', 'MatMul', ['x:0', 'error:0'], { shapes: [shape], attributes: { transpose_a: true } }),
    node('rate', 'Const', [], { attributes: { value: zero } }),
    node('update', 'ResourceApplyMomentum', ['w/here', 'v/here', 'rate', 'gradient:0', 'rate'], {
      after: ['w/now', 'product'],
    }),
  ];
}

const find = (nodes: readonly GraphNode[], name: string) => nodes.find((one) => one.name === name);

test('a large weight, its momentum, its gradient and its update are in blocks of columns, each on its own', () => {
  const cut = cutProducts(layer(), ['w/read', 'h:0'], 2);
  for (const part of [0, 1]) {
    assert.deepEqual(find(cut, `w/part${part}`)!.attributes.shape, [INPUTS, WIDTH / 2]);
    assert.deepEqual(find(cut, `product/part${part}`)!.inputs, ['x:0', `w/now/part${part}`]);
    assert.deepEqual(find(cut, `h/part${part}`)!.inputs, [`sum/part${part}`]);
    const update = find(cut, `update/part${part}`)!;
    assert.deepEqual(update.inputs, [`w/here/part${part}`, `v/here/part${part}`, 'rate', `gradient/part${part}`, 'rate']);
    assert.deepEqual(update.after, [`w/now/part${part}`, `product/part${part}`], 'the other block is not waited for');
    assert.deepEqual(find(cut, `gradient/part${part}`)!.inputs[0], 'x:0');
  }
  assert.equal(find(cut, 'h')!.op, 'ConcatV2', 'what is fetched is put together under its name');
  assert.equal(find(cut, 'w/read')!.op, 'ConcatV2');
  assert.deepEqual(find(cut, 'error')!.inputs, ['h:0', 'h:0']);
  assert.equal(find(cut, 'update'), undefined);
  const names = cut.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, 'no name twice');
});

test('what a weight is held back by is cut with it', () => {
  const shape = [INPUTS, WIDTH];
  const held = [
    ...variable('stiffness', shape),
    ...layer().flatMap((one) =>
      one.name === 'update'
        ? [
            node('pull', 'Mul', ['stiffness/now:0', 'w/now:0'], { shapes: [shape] }),
            node('all', 'AddV2', ['gradient:0', 'pull:0'], { shapes: [shape] }),
            { ...one, inputs: one.inputs.map((input) => (input === 'gradient:0' ? 'all:0' : input)) },
          ]
        : [one],
    ),
  ];
  const cut = cutProducts(held, [], 2);
  assert.deepEqual(find(cut, 'pull/part1')!.inputs, ['stiffness/now/part1', 'w/now/part1']);
  assert.deepEqual(find(cut, 'stiffness/part1')!.attributes.shape, [INPUTS, WIDTH / 2]);
});

test('a weight stays whole where something needs all of it, or where nothing is large', () => {
  const whole = (more: GraphNode[], options = {}) => cutWeights([...layer(options), ...more], 2).size === 0;
  assert.ok(!whole([]));
  assert.ok(whole([], { width: 64 }), 'too small');
  assert.ok(whole([], { batch: 16 }), 'too small');
  const transposed = { shapes: [[BATCH, INPUTS]], attributes: { transpose_b: true } };
  assert.ok(whole([node('back', 'MatMul', ['error:0', 'w/now:0'], transposed)]), 'its transpose gives the gradient of the input');
  assert.ok(whole([node('total', 'Sum', ['w/now:0'], { shapes: [[]] })]), 'a sum over it');
  assert.ok(whole([node('row', 'Mul', ['gradient:0', 'column:0'], { shapes: [[INPUTS, WIDTH]] }), node('column', 'Exp', [], { shapes: [[INPUTS, 1]] })]), 'it meets another shape'); // prettier-ignore
});

test('other large products are cut into rows, bias and ReLU with them', () => {
  const shape = [768, WIDTH];
  const graph = [
    node('x', 'Placeholder', [], { shapes: [[768, INPUTS]] }),
    node('w', 'Placeholder', [], { shapes: [[INPUTS, WIDTH]] }),
    node('b', 'Placeholder', [], { shapes: [[WIDTH]] }),
    node('product', 'BatchMatMulV2', ['x', 'w'], { shapes: [shape] }),
    node('sum', 'BiasAdd', ['product', 'b'], { shapes: [shape] }),
    node('h', 'Relu', ['sum'], { shapes: [shape] }),
    node('total', 'Sum', ['h'], { shapes: [[]], after: ['product'] }),
  ];
  const cut = cutProducts(graph, ['total'], 2);
  assert.deepEqual(find(cut, 'sum/part1')!.inputs, ['product/part1', 'b']);
  assert.deepEqual(find(cut, 'h/part0')!.shapes, [[384, WIDTH]]);
  const total = find(cut, 'total')!;
  assert.deepEqual(find(cut, total.inputs[0])!.inputs.slice(0, 2), ['h/part0', 'h/part1']);
  assert.deepEqual(total.after, ['product/part0', 'product/part1']);
});

test('a product of few rows stays whole, and of several outputs each has its shape', () => {
  const product = node('product', 'BatchMatMulV2', ['x', 'w'], { shapes: [[16, 1024]] });
  const few = [
    node('x', 'Placeholder', [], { shapes: [[16, 1024]] }),
    node('w', 'Placeholder', [], { shapes: [[1024, 1024]] }),
    product,
  ];
  assert.deepEqual(find(cutProducts(few, [], 2), 'product'), product);
  const losses = node('losses', 'SparseSoftmaxCrossEntropyWithLogits', [], { shapes: [[64], [64, 10]] });
  const shapes = ['losses', 'losses:0', 'losses:1'].map((output) => shapeOf(byName([losses]), output));
  assert.deepEqual(shapes, [[64], [64], [64, 10]]);
});

test('parts are about alike and begin at multiples of 16', () => {
  assert.deepEqual(partsOf(256, 2), [128, 128]);
  assert.deepEqual(partsOf(100, 2), [48, 52]);
  assert.deepEqual(partsOf(100, 3), [32, 32, 36]);
  assert.deepEqual(partsOf(30, 4), [30]);
  assert.deepEqual(partsOf(10, 2), [10]);
});
