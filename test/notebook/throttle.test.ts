import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Throttle } from '../../src/notebook/throttle';

test('of 20,000 values within ten seconds at most 101 pass: the first, one per 100 ms, and with flush the last', () => {
  let now = 0;
  const passed: number[] = [];
  const throttle = new Throttle<number>(
    100,
    (value) => passed.push(value),
    () => now,
  );
  for (let k = 0; k < 20_000; k++) {
    now = k / 2;
    throttle.push(k);
  }
  assert.ok(passed.length <= 100, `${passed.length} passed`);
  assert.equal(passed[0], 0);
  throttle.flush();
  throttle.flush();
  assert.equal(passed.at(-1), 19_999);
  assert.ok(passed.length <= 101);
});
