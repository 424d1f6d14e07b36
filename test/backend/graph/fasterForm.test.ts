import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FasterForm } from '../../../src/backend/graph/fasterForm';

/** Runs `calls` calls of 64 steps at so many ms a step in each form; returns the steps that each form ran. */
function run(form: FasterForm, calls: number, msPerStep: (name: string) => number): Record<string, number> {
  const ran: Record<string, number> = {};
  for (let call = 0; call < calls; call++) {
    for (let done = 0; done < 64;) {
      const { form: name } = form;
      const steps = Math.min(64 - done, form.mostSteps);
      ran[name] = (ran[name] ?? 0) + steps;
      form.took(steps, steps * msPerStep(name));
      done += steps;
    }
  }
  return ran;
}

const FORMS = ['a', 'b'] as const;

test('the faster form is found and kept, and the other one costs next to nothing', () => {
  const slower = run(new FasterForm(FORMS), 1000, (name) => (name === 'a' ? 0.3 : 0.4));
  assert.ok(slower.a > 0.98 * 64_000, JSON.stringify(slower));
  const faster = run(new FasterForm(FORMS), 1000, (name) => (name === 'a' ? 0.4 : 0.3));
  assert.ok(faster.b > 0.95 * 64_000, JSON.stringify(faster));
});

test('when the machine changes, the form follows', () => {
  const form = new FasterForm(FORMS);
  assert.ok(run(form, 100, (name) => (name === 'a' ? 0.3 : 0.4)).a > 6000);
  assert.ok(run(form, 100, (name) => (name === 'a' ? 0.6 : 0.4)).b > 4500, 'a second thread that has to wait');
  assert.ok(run(form, 100, (name) => (name === 'a' ? 0.3 : 0.4)).a > 3500, 'and back');
});

test('a slow first run, in which TensorFlow optimises the graph, does not count', () => {
  let first = true;
  const ran = run(new FasterForm(FORMS), 200, (name) => {
    if (name === 'a') return 0.4;
    const slow = first;
    first = false;
    return slow ? 100 : 0.3;
  });
  assert.ok(ran.a < 1600, `${JSON.stringify(ran)}: 500 ms of a are 1250 steps`);
});

test('equal forms are not changed all the time, and a single form stays', () => {
  const ran = run(new FasterForm(FORMS), 1000, () => 0.4);
  assert.ok(ran.a > 0.97 * 64_000, JSON.stringify(ran));
  assert.deepEqual(
    run(new FasterForm(['only']), 100, () => 1),
    { only: 6400 },
  );
});
