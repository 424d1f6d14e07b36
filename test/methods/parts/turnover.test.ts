import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { packed } from '../../../src/backend';
import { Turnover, type TurnoverState } from '../../../src/methods/parts/turnover';

test('units become due at the rate asked for, and only mature ones count', () => {
  const turnover = new Turnover(8, { replacementRate: 0.05, maturity: 3, decay: 0.9 });
  // 8 units of age 1, 2, 3: none is older than 3; from then on 0.4 a step.
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(() => turnover.advance()), [false, false, false, false, false, true]); // prettier-ignore
  const corrections = turnover.replace([5, 4, 0.5, 7, 6, 9, 8, 5]);
  assert.deepEqual(Array.from(turnover.ages), [6, 6, 0, 6, 6, 6, 6, 6]);
  assert.ok(Math.abs(corrections[2] - 1 / (1 - 0.9 ** 6)) < 1e-6);
  assert.equal(corrections.filter((value) => value !== 0).length, 1);
  assert.equal(turnover.replaced, 1);
  // 0.2 are left over; seven units are mature: 0.35 a step, and from the fourth step on all eight again.
  assert.deepEqual([1, 2, 3].map(() => turnover.advance()), [false, false, true]); // prettier-ignore
});

test('whichever ages and utilities there are, the mature unit of least corrected utility is replaced, as a search through all finds it', () => {
  const unit = fc.record({ age: fc.integer({ min: 0, max: 40 }), utility: fc.float({ min: 0, max: 10, noNaN: true }) });
  let replaced = 0;
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 12 }), (units) => {
      const turnover = new Turnover(units.length, { replacementRate: 0.01, maturity: 20, decay: 0.95 });
      const ages = packed(Int32Array.from(units, ({ age }) => age));
      turnover.restored('test', { ages, due: 0.995, replaced: 7 })();
      let [least, expected] = [Infinity, -1];
      units.forEach(({ age, utility }, i) => {
        const useful = Math.fround(1 / (1 - 0.95 ** (age + 1))) * utility;
        if (age + 1 > 20 && useful < least) [least, expected] = [useful, i];
      });
      assert.equal(turnover.advance(), expected >= 0);
      const corrections = turnover.replace(units.map(({ utility }) => utility));
      const gone = Array.from(corrections.keys()).filter((i) => corrections[i] !== 0);
      assert.deepEqual(gone, expected < 0 ? [] : [expected]);
      units.forEach(({ age }, i) => assert.equal(turnover.ages[i], i === expected ? 0 : age + 1));
      assert.equal(turnover.replaced, 7 + gone.length);
      replaced += gone.length;
    }),
  );
  assert.ok(replaced > 30, `${replaced} replaced`);
});

test('a younger unit’s average, which started at 0, is corrected before it is compared', () => {
  const turnover = new Turnover(3, { replacementRate: 0.3, maturity: 20, decay: 0.95 });
  turnover.ages = Int32Array.of(20, 499, 3);
  turnover.advance();
  turnover.advance();
  // 0.9 / (1 − 0.95²²) = 1.33 of the first, 1.2 of the second; the third is too young.
  assert.deepEqual(
    Array.from(turnover.replace([0.9, 1.2, 0.1]), (value) => value.toFixed(3)),
    ['0.000', '1.000', '0.000'],
  );
});

test('saved and restored it goes on alike; a damaged state is refused and nothing changes', () => {
  const make = () => new Turnover(3, { replacementRate: 0.1, maturity: 1, decay: 0.9 });
  const [first, second] = [make(), make()];
  for (let step = 0; step < 3; step++) first.advance();
  const saved = first.state();
  second.restored('test', JSON.parse(JSON.stringify(saved)) as TurnoverState)();
  assert.deepEqual(second.state(), saved);
  assert.equal(saved.due.toFixed(6), '0.600000');
  assert.deepEqual([first.advance(), first.advance()], [second.advance(), second.advance()]);
  const before = second.state();
  const refused = (state: object, reason: RegExp) =>
    assert.throws(() => second.restored('test', { ...saved, ...state })(), reason);
  refused({ due: 1 }, /test: 1 units are due to be replaced; the saved state is damaged/);
  refused({ due: -0.1 }, /due must be a number of at least 0/);
  refused({ replaced: 0.5 }, /replaced must be a whole number/);
  refused({ ages: packed(Int32Array.of(1, 2)) }, /ages holds 2 numbers instead of 3/);
  refused({ ages: packed(Int32Array.of(1, 2, -1)) }, /ages holds -1/);
  assert.deepEqual(second.state(), before);
});
