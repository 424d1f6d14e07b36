import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draws } from '../../../src/training/runners/draws';

test('draws made ahead are used later, in their order, and none twice', () => {
  let last = 0;
  const draws = new Draws((labels) => ({ number: Int32Array.of(++last, ...labels) }));
  const numbers = (feeds: Record<string, Int32Array>) => Array.from(feeds.number);
  const batches = [[8, 9], [12], [5]].map((labels) => Int32Array.from(labels));
  assert.deepEqual(numbers(draws.peek(batches.slice(0, 2))), [2, 12]);
  assert.deepEqual(numbers(draws.peek(batches.slice(0, 1))), [1, 8, 9]);
  assert.deepEqual(
    batches.map((labels) => numbers(draws.next(labels))),
    [
      [1, 8, 9],
      [2, 12],
      [3, 5],
    ],
  );
});

test('draws that a saved trainer says were made ahead have the names and lengths of those that the method makes, for no more steps than come', () => {
  const draw = (size: number) => ({ replay: new Int32Array(size / 2), more: new Int32Array(1) });
  const sizes = [12, 12, 4];
  const check = (ahead: Record<string, Int32Array>[], stepsLeft = 3) => {
    const asked: number[] = [];
    const draws = new Draws(() => assert.fail('nothing is drawn for good'), ahead);
    const again = () => draws.check('ER', stepsLeft, (steps) => (asked.push(steps), sizes.slice(0, steps).map(draw)));
    again();
    again();
    return asked;
  };
  assert.deepEqual(check([]), []);
  assert.deepEqual(check(sizes.map(draw)), [3], 'looked at once');
  assert.deepEqual(check([draw(12)]), [1]);
  const damaged =
    /^Error: ER: what it has drawn for steps to come is not what the method draws; the saved state is damaged; begin anew$/;
  const [first] = sizes.map(draw);
  const { replay, more } = first;
  const wrong: Record<string, Int32Array>[] = [
    {},
    { replay },
    { replay, other: more },
    { ...first, other: more },
    { replay: more, more },
    draw(4),
  ];
  for (const one of wrong) {
    assert.throws(() => check([one]), damaged);
    assert.throws(() => check([first, one]), damaged);
  }
  assert.throws(() => check(sizes.map(draw), 2), damaged);
  assert.doesNotThrow(() => check(sizes.map(draw), 3));
});
