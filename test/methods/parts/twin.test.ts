import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/backend';
import { frozenTwin, restoredTwin } from '../../../src/methods/parts/twin';
import { DomainMLP } from '../../../src/models';
import { bytes } from '../../models/fixtures';
import { smallModel } from '../fixtures';

before(async () => {
  await initBackend('native');
});

test('a twin has the same weights, all frozen, and stays as it is; saved and restored as well', () => {
  const model = smallModel('DomainMLP');
  const twin = frozenTwin(model);
  const before = model.parameters().map(bytes);
  model.parameters()[0].set(
    model
      .parameters()[0]
      .data()
      .map(() => 0),
  );
  const again = restoredTwin('test', model, twin.state());
  for (const one of [twin, again]) {
    assert.deepEqual(one.parameters().map(bytes), before);
    assert.ok(one.parameters().every(({ frozen }) => frozen));
  }
  assert.ok(model.parameters().every(({ frozen }) => !frozen));
});

test('a copy of another model, or something else, is refused', () => {
  const model = smallModel('DomainMLP');
  const other = new DomainMLP({ inputSize: 16, hidden: [16, 12], nClasses: 5, seed: 7 });
  assert.throws(() => restoredTwin('test', model, other.state()), /test: a saved copy is of a model with other options/);
  assert.throws(() => restoredTwin('test', model, 5 as never), /test: a saved copy is 5; the saved state is damaged/);
});
