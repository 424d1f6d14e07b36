import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interruptible, liveFigure, liveProgress, trainLive } from '../../src/notebook';
import { progressText } from '../../src/notebook/progressText';
import { printed } from './printed';

const event = {
  task: 1,
  nTasks: 5,
  taskName: 'digits 2/3',
  epoch: 1,
  epochs: 2,
  step: 50,
  steps: 100,
  loss: 0.12345,
  stepsPerSecond: 939.6,
  secondsLeft: 12.2,
  accuracy: 0.98,
  matrix: [
    [1, null],
    [null, null],
  ],
};

test('the progress line says task, epoch, loss, accuracy, steps a second, time left', () => {
  assert.equal(
    progressText(event),
    '███░░░░░░░ task 2/5 (digits 2/3) · epoch 1/2 · loss 0.123 · accuracy 0.980 · 940 steps/s · 12 s left',
  );
  assert.match(progressText({ ...event, accuracy: undefined, secondsLeft: Infinity }), /loss 0\.123 · 940 steps\/s · … left$/);
  assert.match(progressText({ ...event, task: 4, step: 100 }), /^█{10} task 5\/5 .* · done$/);
  const long = progressText({ ...event, taskName: `a kind of thing\n${', another'.repeat(40)}` });
  assert.ok(long.length < 170 && !long.includes('\n'), long);
});

test('without notebook and terminal, progress prints one line per epoch', async () => {
  const text = await printed(async () => {
    const live = liveProgress();
    for (const epoch of [1, 2]) {
      for (let k = 0; k < 1000; k++) live.update({ ...event, epoch });
      await new Promise((resolve) => setTimeout(resolve, 110));
      live.update({ ...event, epoch });
    }
    live.done();
  });
  assert.deepEqual(text.match(/epoch \d/g), ['epoch 1', 'epoch 2']);
});

test('trainLive returns the result, passes events on, and stops listening for SIGINT', async () => {
  const before = process.listeners('SIGINT');
  const drawn: unknown[] = [];
  const figure = (matrix: (number | null)[][], taskNames: string[]) => {
    drawn.push([matrix, taskNames]);
    return { data: [{ type: 'heatmap', z: matrix }], layout: {} };
  };
  const ended = [
    [1, 0.6],
    [null, 0.8],
  ];
  let result: unknown;
  const text = await printed(async () => {
    result = await trainLive(
      async ({ onProgress, signal }) => {
        onProgress(event);
        onProgress({ ...event, epoch: 2 });
        assert.equal(signal.aborted, false);
        return { matrix: ended };
      },
      { figure },
    );
  });
  assert.deepEqual(result, { matrix: ended });
  assert.deepEqual(drawn.at(0), [event.matrix, ['task 1', 'digits 2/3']]);
  assert.deepEqual(drawn.at(-1), [ended, ['task 1', 'digits 2/3']]);
  assert.match(text, /accuracy 0\.700/, 'the last line tells the mean accuracy of the last column');
  assert.deepEqual(process.listeners('SIGINT'), before);
});

test('an interrupt sets the signal; the error is one short line and the listeners are back', async () => {
  const others = () => undefined;
  process.on('SIGINT', others);
  const before = process.listeners('SIGINT');
  const running = interruptible(async (signal) => {
    setTimeout(() => process.kill(process.pid, 'SIGINT'), 20);
    while (!signal.aborted) await new Promise((resolve) => setImmediate(resolve));
  });
  await assert.rejects(running, (error: Error) => {
    assert.equal(error.name, 'Interrupted');
    assert.equal(error.stack, 'Interrupted: stopped; what was done so far is kept, run the cell again to go on');
    return true;
  });
  assert.deepEqual(process.listeners('SIGINT'), before);
  process.removeListener('SIGINT', others);
});

test('an error of the training itself is passed on as it is', async () => {
  const own = new RangeError('the loss is not a number');
  await assert.rejects(
    interruptible(async () => Promise.reject(own)),
    (error) => error === own,
  );
  await assert.rejects(interruptible('train' as never), /interruptible: run is string/);
});

test('liveFigure without a notebook prints nothing', async () => {
  assert.equal(
    await printed(() => {
      const live = liveFigure();
      live.update(event);
      live.done();
    }),
    '',
  );
});

test('options of trainLive are checked, and with quiet nothing is shown', async () => {
  const run = async () => 1;
  await assert.rejects(trainLive(run, { figre: false } as never), /unknown option 'figre'; known options: figure, quiet/);
  await assert.rejects(trainLive(run, { figure: 'matrix' } as never), /figure must be a function, got 'matrix'/);
  await assert.rejects(trainLive('train' as never), /trainLive: run is 'train'; pass \{ trainer, stream \}, or \(live\) =>/);
  assert.throws(() => liveFigure(5 as never), /liveFigure: draw must be a function, got 5/);
  const text = await printed(() =>
    trainLive(
      async ({ onProgress }) => {
        onProgress(event);
        return { matrix: event.matrix };
      },
      { quiet: true },
    ),
  );
  assert.equal(text, '');
});
