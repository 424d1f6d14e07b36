import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { EWC, METHODS, methodCompatibility, NaiveTrainer } from '../../src/methods';
import type { CLTrainer, TrainerState } from '../../src/training';
import { ORIGINAL } from '../methods/commonSuite';
import { smallModel } from '../methods/fixtures';
import { interrupted, trainerOf } from './lives';
import type { LifePlan } from './lives';

before(async () => {
  await initBackend('native');
});

test('a state of another class, version, architecture, model or options is refused, and nothing changes', async () => {
  const make = (options: object = {}, seed = 7) => new EWC(smallModel('SingleHeadMLP', seed), { epochs: 1, ...options });
  const saved = make().state();
  const refused = (trainer: CLTrainer<object>, state: TrainerState, reason: RegExp) => {
    const before = JSON.stringify(trainer.state());
    assert.throws(() => trainer.restore(state), reason);
    assert.equal(JSON.stringify(trainer.state()), before);
  };
  refused(new NaiveTrainer(smallModel('SingleHeadMLP')), saved, /NaiveTrainer.restore: the saved trainer is a 'EWC'; restore it/);
  refused(make(), { ...saved, version: 2 }, /EWC.restore: the saved trainer has format version 2, this library reads 1/);
  refused(
    make({ lambda: 7 }),
    saved,
    /EWC.restore: lambda is 7 here and 100 in the saved trainer; make the trainer with the same/,
  );
  refused(make(), { ...saved, options: { ...saved.options, gama: 1 } }, /EWC.restore: gama is undefined here and 1 in the saved/);
  refused(make({}, 8), saved, /EWC.restore: seed is 8 here and 7 in the saved trainer; make the model with the same options/);
  const domain = new EWC(smallModel('DomainMLP'), { epochs: 1 });
  refused(
    domain,
    saved,
    /EWC.restore: the saved trainer has a 'SingleHeadMLP', this one a DomainMLP; make the trainer on a model/,
  );
});

/** All places of plain data, as lists of keys; of lists only the first entry. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? Object.keys(value).slice(0, 1) : Object.keys(value);
  return [path, ...keys.flatMap((key) => places((value as Record<string, unknown>)[key], [...path, key]))];
}

/** A copy of plain data with one place changed; `undefined` takes it out. */
function damaged<T>(state: T, path: string[], value: unknown): T {
  const copy = JSON.parse(JSON.stringify(state)) as T;
  const owner = path.slice(0, -1).reduce((at, key) => at[key] as Record<string, unknown>, copy as Record<string, unknown>);
  const last = path[path.length - 1];
  if (value === undefined && Array.isArray(owner)) owner.splice(Number(last), 1);
  else if (value === undefined) delete owner[last];
  else owner[last] = value;
  return copy;
}

/** What may be another value, or less than what was saved, and still be a trainer that somebody may have saved. */
const POSSIBLE = [
  /^model\.(learnt|tasks|parameters\.0\.frozen = true)/, // names and facts for people
  /^model\.answeredBy = (null|"text")$/, // the trainer tells its model anew
  /^optimizer\.parameters( = \{\}|\.\S+ = undefined)$/, // no step has changed them yet
  /^history\.(known\.\d = "text"|known\.2 = undefined|consolidated( = \[\]|\.0 = undefined))$/,
  /^memory( = (\{\}|\[\]|\[null\]))$/, // of a method that keeps nothing: it does not look
  /^memory\.(anchors|memory|kept)( = \[\]|\.0 = undefined)$/,
  /^memory\.(anchors\.0\.constant|violatedLately|hidden\.0\.turnover\.due) = 0\.5$/,
  /^memory\.\w+ = null$/, // saved before its first task
  /^memory\.(\w+\.)?slots\.full( = \[\]|\.0 = undefined)$/,
  /^memory\.exemplars\.\d = undefined$/,
  /^memory\.networks = \{\}$|^memory\.networks\.0 = undefined$/,
  /^memory\.(teacher|networks\.0)\.(learnt|tasks|answeredBy|parameters\.0\.frozen)/, // of a copy: it is frozen anyway
  /^memory\.(\w+\.)*(random|order)\.generator\.0 = -1$/,
  /^cursor( = null|\.data = "text"|\.loss\.sum = (-1|0\.5)|\.ahead = \[\])$/,
  /^tracker( = null|\.taskNames = undefined|\.taskNames\.0 = "text"|\.matrix\.0\.0 = (null|0\.5)|\.fingerprint = (undefined|"text"))$/,
];

for (const method of METHODS.filter(({ needs }) => !needs.withoutSteps)) {
  test(`${method.name}: a saved trainer that is damaged at any place is refused in words, and never half restored in silence`, async () => {
    const scenario =
      methodCompatibility(method.name, 'class-incremental').fit === 'no' ? 'task-incremental' : 'class-incremental';
    const plan: LifePlan = { method: method.name, scenario, execution: 'op-by-op', options: { keepOptimizer: true } };
    const state = JSON.parse(JSON.stringify(await interrupted(plan))) as TrainerState;
    const trainer = trainerOf(plan);
    trainer.restore(state);
    const whole = JSON.stringify(trainer.state());
    let refused = 0;
    // What is not the method's own is the same for all: five are enough.
    const original = ORIGINAL.includes(method.name);
    for (const path of places(state)
      .slice(1)
      .filter(([part]) => original || part === 'memory')) {
      for (const value of [
        undefined,
        null,
        'text',
        -1,
        0.5,
        true,
        {},
        [],
        [null],
        ...(path.at(-1) === 'data' && path[0] !== 'cursor' ? badData(state, path) : []),
      ]) {
        const harmed = damaged(state, path, value);
        if (JSON.stringify(harmed) === whole) continue;
        const how = `${path.join('.')} = ${JSON.stringify(value)}`;
        try {
          trainer.restore(harmed);
          assert.ok(
            POSSIBLE.some((pattern) => pattern.test(how)),
            `accepted: ${how}`,
          );
        } catch (error) {
          refused++;
          assert.equal((error as Error).name, 'Error', `${how}: ${(error as Error).stack}`);
          if (!isHalfRestored(trainer)) assert.equal(JSON.stringify(trainer.state()), whole, `changed: ${how}`);
        }
        trainer.restore(state);
      }
    }
    assert.ok(refused > (original ? 300 : 3), `${refused} refusals`);
  });
}

/** Whether the trainer says that nobody may go on with it. */
function isHalfRestored(trainer: CLTrainer<object>): boolean {
  try {
    return !trainer.state();
  } catch (error) {
    return /a restore failed half-way, so model and memory may not belong together/.test((error as Error).message);
  }
}

/** Data of a tensor of another length, and of numbers that are none. */
function badData(state: TrainerState, path: string[]): string[] {
  return ['AAAA', nan(state, path)];
}

/** The tensor at this place with numbers that are none. */
function nan(state: TrainerState, path: string[]): string {
  let at: unknown = state;
  for (const key of path.slice(0, -1)) at = (at as Record<string, unknown>)[key];
  const size = (at as { shape: number[] }).shape.reduce((product, n) => product * n, 1);
  return Buffer.from(new Float32Array(size).fill(NaN).buffer).toString('base64');
}
