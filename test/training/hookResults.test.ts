import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Parameter } from '../../src/autodiff';
import { initBackend } from '../../src/backend';
import { NaiveTrainer } from '../../src/methods';
import { DomainMLP } from '../../src/models';
import { CLTrainer } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';
import { bytes } from '../models/fixtures';

before(async () => {
  await initBackend();
});

const { trainLoaders } = easyStream('domain-incremental');

/** Trains a task with one hook that gives this; it must refuse, and no weight may change. */
async function refused(hook: string, result: unknown, reason: RegExp): Promise<void> {
  class Wrong extends CLTrainer {
    protected override memoryState(): object {
      return {};
    }
  }
  Object.defineProperty(Wrong.prototype, hook, { value: () => result });
  const model = smallModel('DomainMLP');
  const before = model.parameters().map(bytes);
  const trained = new Wrong(model, { epochs: 1 }).trainTask(trainLoaders[0]);
  await assert.rejects(trained, ({ message }: Error) => reason.test(message) || assert.fail(message)); // prettier-ignore
  assert.deepEqual(model.parameters().map(bytes), before);
}

test('training data that is none is refused before the first step', async () => {
  await refused('trainingData', undefined, /^Wrong.trainingData: it gave undefined; return a loader, or together/);
  await refused('trainingData', { size: 0 }, /^Wrong.trainingData: size must be a whole number of at least 1, got 0/);
  await refused('trainingData', { size: 9, batchSize: '3' }, /batchSize must be a whole number of at least 1, got '3'/);
  await refused(
    'trainingData',
    { size: 10, batchSize: 3, batchesPerEpoch: 3 },
    /batchesPerEpoch is 3, but 10 samples make 4 batches of 3; count the smaller last batch/,
  );
});

test('adjusted gradients that fit no parameter are refused before they change a weight', async () => {
  await refused('adjustGradients', undefined, /^Wrong.adjustGradients: it returned nothing; see MethodHooks/);
  await refused('adjustGradients', new Map([['w', { shape: [1] }]]), /it gave a gradient for 'w', no parameter/);
  const frozen = new Parameter('frozen', [1]);
  frozen.frozen = true;
  await refused('adjustGradients', new Map([[frozen, { shape: [1] }]]), /^frozen: it is frozen, but a training step wants to/);
  const other = new Parameter('w', [2, 3]);
  const turned = new Map([[other, { shape: [3, 2] }]]);
  await refused('adjustGradients', turned, /the gradient of w has the shape \[3,2\], the parameter \[2,3\]; reshape it/);
});

test('a loss that is no value is refused', async () => {
  await refused('loss', undefined, /^Wrong.loss: it returned nothing; see MethodHooks/);
  await refused('loss', Promise.resolve(1), /^Wrong.loss: it returned a promise, but steps do not wait/);
});

test('a network for images of other sides than the data’s is refused, one that does not look at sides is not', async () => {
  const make = (conv: { filters: number }[]) => new DomainMLP({ inputShape: [2, 8, 1], conv, hidden: [4], nClasses: 6 });
  await assert.rejects(
    new NaiveTrainer(make([{ filters: 2 }]), { epochs: 1 }).trainTask(trainLoaders[0]),
    /NaiveTrainer: the model takes images of \[2,8,1\], but the inputs of .* have the shape \[4,4,1\]; make the model with inputShape: \[4,4,1\]/,
  );
  await new NaiveTrainer(make([]), { epochs: 1 }).trainTask(trainLoaders[0]);
});
