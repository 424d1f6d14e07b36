import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { interruptible, type InterruptSignal } from '../../src/notebook/interrupt';
import { runNode } from '../child';

const press = () => process.emit('SIGINT', 'SIGINT');
const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Works until it is told to stop. */
const work = async (signal: InterruptSignal) => {
  while (!signal.aborted) await turn();
};

let heard = 0;
const listener = () => void heard++;
let before: NodeJS.SignalsListener[];
beforeEach(() => {
  heard = 0;
  process.on('SIGINT', listener);
  before = process.listeners('SIGINT');
});
afterEach(() => {
  assert.deepEqual(process.listeners('SIGINT'), before, 'whoever listened before listens again, and nobody else');
  process.removeListener('SIGINT', listener);
});

test('without an interrupt it returns what the function returns, and throws what it throws', async () => {
  assert.equal(await interruptible(async () => 7), 7);
  await assert.rejects(
    interruptible(async () => {
      throw new RangeError('too small');
    }),
    RangeError,
  );
});

test('an interrupt stops the function and gives one short line; nobody else hears of it', async () => {
  const call = interruptible(work);
  await turn();
  press();
  await assert.rejects(call, (error: Error) => {
    assert.equal(error.name, 'Interrupted');
    assert.equal(error.stack, 'Interrupted: stopped; what was done so far is kept, run the cell again to go on');
    return true;
  });
  assert.equal(heard, 0);
});

test('a second interrupt is for those who listened before', async () => {
  let end = () => undefined as void;
  const call = interruptible(() => new Promise<void>((resolve) => (end = resolve)));
  await turn();
  press();
  assert.equal(heard, 0);
  press();
  assert.equal(heard, 1);
  end();
  await assert.rejects(call, { name: 'Interrupted' });
});

test('one interrupt stops calls within each other and beside each other, whichever ends first', async () => {
  const inner = () => interruptible(work);
  const calls = [interruptible(inner), interruptible(async () => turn()), interruptible(work)];
  await calls[1];
  press();
  const ends = await Promise.allSettled(calls);
  assert.deepEqual(
    ends.map((end) => (end.status === 'rejected' ? end.reason.name : 'done')),
    ['Interrupted', 'done', 'Interrupted'],
  );
  assert.equal(heard, 0);
});

test('somebody listens to the signal at every moment, at the begin and at the end too', async () => {
  const counts: number[] = [];
  const count = (event: string | symbol) => event === 'SIGINT' && counts.push(process.listenerCount('SIGINT'));
  process.on('removeListener', count);
  await interruptible(turn);
  process.removeListener('removeListener', count);
  assert.ok(counts.length >= 2);
  assert.ok(Math.min(...counts) > 0, counts.join(' '));
});

test('in a script in which nobody listens, the second Ctrl-C ends the process', () => {
  const room = JSON.stringify(require.resolve('../../src/notebook/interrupt'));
  const script = `const { interruptible } = require(${room});
process.on('exit', () => console.log('left by itself'));
interruptible(() => new Promise((end) => setTimeout(end, 20000)));
setTimeout(() => { process.kill(process.pid, 'SIGINT'); setTimeout(() => process.kill(process.pid, 'SIGINT'), 100); }, 100);`;
  assert.deepEqual(runNode(['-e', script]), { status: null, output: '' });
});

test('what is no function is refused with an example', async () => {
  await assert.rejects(interruptible(7 as never), /interruptible: run is .*pass a function/);
});
