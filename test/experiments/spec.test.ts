import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSpec } from '../../src/experiments/spec';
import type { SpecInput } from '../../src/experiments';
import { SMALL } from './fixtures';

test('a spec needs a stream and a method; the rest has defaults', () => {
  const { model, optimizer, method, measure, epochs } = checkSpec({ stream: { name: 'split-mnist' }, method: { name: 'er' } });
  assert.deepEqual([model, optimizer, method.options, measure, epochs], [{}, {}, {}, { learningCurves: false }, undefined]);
});

test('unknown names, wrong kinds and options in the wrong place are refused with what is right', () => {
  const wrong: [unknown, RegExp][] = [
    [[], /spec: it is .*; pass an object/],
    [{ ...SMALL, sed: 1 }, /spec: unknown option 'sed'; known options: .*seed/],
    [{ ...SMALL, specVersion: 7 }, /version 7, this library reads 1/],
    [{ ...SMALL, stream: 'split-mnist' }, /spec: stream is 'split-mnist'; pass an object/],
    [{ ...SMALL, stream: { nTasks: 5 } }, /stream\.name is undefined/],
    [{ ...SMALL, method: { name: 'ewc', option: {} } }, /spec\.method: unknown option 'option'/],
    [{ ...SMALL, method: { name: 'ewc', options: { lr: 1 } } }, /'lr' is no option of a method; it belongs to optimizer/],
    [
      { ...SMALL, method: { name: 'ewc', options: { epochs: 1 } } },
      /'epochs' is no option of a method; it belongs to the spec itself/,
    ],
    [{ ...SMALL, optimizer: { lambda: 1 } }, /spec\.optimizer: unknown option 'lambda'; known options: name, lr, momentum/],
    [{ ...SMALL, epochs: 0 }, /epochs must be a whole number of at least 1/],
    [{ ...SMALL, seed: '1' }, /seed must be a whole number/],
    [{ ...SMALL, measure: { learningCurves: 'yes' } }, /learningCurves must be true or false, got 'yes'/],
    [{ ...SMALL, measure: { transfer: true } }, /spec\.measure: unknown option 'transfer'/],
  ];
  for (const [spec, message] of wrong) assert.throws(() => checkSpec(spec as SpecInput), message);
});
