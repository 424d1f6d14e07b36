import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictOf } from '../../src/evidence';

test('reproduced: within the published interval and one point more on each side, ends included', () => {
  const ewc = { value: 63.95, spread: 1.9 }; // 62.05 … 65.85, with a point more 61.05 … 66.85
  for (const ours of [61.05, 63.95, 66.85]) assert.equal(verdictOf(ewc, ours), 'reproduced', `${ours}`);
  for (const ours of [61.04, 66.86]) assert.equal(verdictOf(ewc, ours), 'not reached', `${ours}`);
});

test('without a published ± the interval is the figure itself', () => {
  assert.equal(verdictOf({ value: 81.39 }, 80.39), 'reproduced'); // 81.39 − 1 is 80.39 but for binary digits
  assert.equal(verdictOf({ value: 81.39 }, 82.39), 'reproduced');
  assert.equal(verdictOf({ value: 81.39 }, 80.38), 'not reached');
  assert.equal(verdictOf({ value: -9 }, -9.9), 'reproduced');
});

test('better than published by more than that is not the published figure either', () => {
  assert.equal(verdictOf({ value: 72.54 }, 75), 'not reached');
});

test('nothing published, nothing run; a number that is no percentage is refused', () => {
  assert.equal(verdictOf(undefined, 50), 'no figure published');
  assert.equal(verdictOf({ value: 50 }, undefined), 'not run');
  assert.equal(verdictOf(undefined, undefined), 'not run');
  for (const wrong of [NaN, 5000, '50' as never]) {
    assert.throws(() => verdictOf({ value: 50 }, wrong), /verdictOf: ours \(percent\)/, String(wrong));
  }
});

test('as naive: what was published for naive training would be within the interval, too', () => {
  assert.equal(verdictOf({ value: 19.8 }, 19.8, 19.46), 'reproduced, as naive');
  assert.equal(verdictOf({ value: 19.8 }, 19.8, 18.7), 'reproduced');
  assert.equal(verdictOf({ value: 63.95, spread: 1.9 }, 64, 61.05), 'reproduced, as naive');
  assert.equal(verdictOf({ value: 63.95, spread: 1.9 }, 64, 59.21), 'reproduced');
  assert.equal(verdictOf({ value: 19.8 }, 50, 19.46), 'not reached', 'a method that breaks there is told');
});

test('a published figure that cannot be meant is refused, also where nothing was run', () => {
  for (const value of ['50', NaN, 500, undefined]) {
    const wrong = { value } as never;
    for (const ours of [50, undefined]) assert.throws(() => verdictOf(wrong, ours), /published value \(percent\)/, String(value));
  }
  for (const spread of [NaN, -5, '1', null]) {
    assert.throws(() => verdictOf({ value: 50, spread: spread as never }, 50), /published spread/, String(spread));
  }
  for (const wrong of [50, null, 'x'])
    assert.throws(() => verdictOf(wrong as never, 50), /the published figure is/, String(wrong));
  assert.throws(() => verdictOf({ value: 50 }, 50, NaN), /naive \(percent\)/);
});
