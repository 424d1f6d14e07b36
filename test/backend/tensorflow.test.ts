import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { initBackend } from '../../src/backend';

const library = path.resolve(__dirname, '..', '..', 'src', 'index.js');
const seconds = 6;

/** A process that hears signals, as one with a resized terminal or a Ctrl-C handler does, and trains meanwhile. */
const training = (execution: string, model: string, trainer: string, stream: string) => `
const cl = require(${JSON.stringify(library)});
let heard = 0;
process.on('SIGINT', () => heard++);
const until = AbortSignal.timeout(${seconds * 1000});
console.log('ready');
(async () => {
  while (!until.aborted) {
    const trainer = new cl.${trainer}(new cl.${model}(), { epochs: 1 });
    await trainer.runSequence(${stream}, { execution: '${execution}', signal: until }).catch((error) => {
      if (error.name !== 'TrainingInterrupted') throw error;
    });
  }
  console.log(heard);
  process.exit(0);
})();`;

for (const [execution, trainer, model, stream] of [
  ['op-by-op', 'NaiveTrainer', 'MultiHeadMLP', 'cl.getSplitMnist({ limitPerTask: 1000 })'],
  ['recorded', 'NaiveTrainer', 'MultiHeadMLP', 'cl.getSplitMnist({ limitPerTask: 4000 })'],
  ['recorded', 'GEM', 'DomainMLP', 'cl.getPermutedMnist({ nTasks: 3, limitPerTask: 1000, testLimitPerTask: 500 })'],
]) {
  test(`a process that trains ${execution} (${trainer}) survives signals that arrive while it computes`, async (t) => {
    if (!(await initBackend()).includes('native')) return t.skip('no native backend here');
    const child = spawn(process.execPath, ['-e', training(execution, model, trainer, stream)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    t.after(() => child.kill('SIGKILL'));
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    await once(child.stdout, 'data');
    const sender = setInterval(() => {
      for (let i = 0; i < 5; i++) child.kill('SIGINT');
    }, 1); // with products that do not survive signals, a process dies within half a second
    const [code, signal] = await once(child, 'close');
    clearInterval(sender);
    assert.deepEqual([code, signal], [0, null], text);
    assert.ok(Number(text.trim().split('\n').at(-1)) > 1000, `signals heard: ${text}`);
  });
}
