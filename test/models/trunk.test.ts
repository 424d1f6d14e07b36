import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Tape } from '../../src/autodiff';
import { backend, initBackend, type Kernels, type Value } from '../../src/backend';
import { DomainMLP, MLP, MultiHeadMLP, pool, ProgressiveNeuralNet, SingleHeadMLP, type Model } from '../../src/models';
import { BatchNorm } from '../../src/models/layers/batchNorm';
import { networkOptions, Trunk } from '../../src/models/trunk';
import type { Conv2D } from '../../src/models/layers/conv2d';
import type { Linear } from '../../src/models/layers/linear';
import { RandomStream } from '../../src/utils/random';
import { close, run } from '../backend/kernelRun';
import { randomBatch } from './fixtures';

before(async () => {
  await initBackend();
});

const NET = {
  inputShape: [9, 8, 2],
  conv: [{ filters: 3 }, { filters: 4, kernel: 5, pool: 'mean' as const }, { filters: 2, pool: 'none' as const }],
  hidden: [5],
  seed: 3,
};
const trunk = (options: object = NET) => new Trunk(networkOptions('network', options), new RandomStream(1));

test('a convolutional trunk: the sizes of its layers follow from image, filters and pooling', () => {
  const made = trunk();
  assert.deepEqual(
    made.layers.flatMap((layer) => layer.parameters()).map(({ name, shape }) => `${name} ${shape.join('×')}`),
    [
      ...['conv0/weight 3×3×2×3', 'conv0/bias 3', 'conv1/weight 5×5×3×4', 'conv1/bias 4', 'conv2/weight 3×3×4×2', 'conv2/bias 2'],
      ...['hidden0/weight 8×5', 'hidden0/bias 5'], // 9 × 8 → 4 × 4 → 2 × 2 pixels of 2 filters
    ],
  );
  assert.equal(made.width, 5);
  assert.equal(trunk({ ...NET, hidden: [] }).width, 8);
  assert.deepEqual(
    run((k) => [made.forward(k, k.tensor(new Float32Array(3 * 144), [3, 144]))]).map(({ shape }) => shape),
    [[3, 5]],
  );
});

test('every layer starts uniform in ±1/√inputs, filters with kernel²·channels inputs, as PyTorch’s; the seed decides', () => {
  const wide = { inputShape: [8, 8, 4], conv: [{ filters: 300, kernel: 5 }], hidden: [60], seed: 3 };
  const { layers } = trunk(wide);
  const bounds = [1 / Math.sqrt(5 * 5 * 4), 1 / Math.sqrt(4 * 4 * 300)];
  layers.forEach((layer, i) => {
    for (const parameter of layer.parameters()) {
      const values = Array.from(parameter.data(), (value) => value / bounds[i]);
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const mean = values.reduce((sum, value) => sum + value) / values.length;
      const few = values.length < 100;
      assert.ok(largest <= 1 && largest > (few ? 0.9 : 0.99), `${parameter.name} reaches ${largest} of its bound`);
      assert.ok(Math.abs(mean) < (few ? 0.3 : 0.12), `${parameter.name} has the mean ${mean}`);
    }
  });
  const weights = (seed: number) => new MLP({ ...NET, seed }).parameters().map((parameter) => parameter.data());
  assert.deepEqual(weights(1), weights(1));
  weights(1).forEach((values, i) => assert.notDeepEqual(values, weights(2)[i]));
});

/** The blocks as PyTorch users write them: convolution, ReLU, pooling. */
function byHand(k: Kernels, { layers }: Trunk, x: Value, kinds: readonly ('max' | 'mean' | 'none')[]): Value {
  let images = k.reshape(x, [x.shape[0], 9, 8, 2]);
  kinds.forEach((kind, i) => (images = pool(k, k.relu((layers[i] as Conv2D).forward(k, images)), kind)));
  const rows = k.reshape(images, [x.shape[0], images.shape.slice(1).reduce((product, n) => product * n)]);
  return layers.slice(kinds.length).reduce((h, layer) => k.relu((layer as Linear).forward(k, h)), rows);
}

test('blocks are convolution, ReLU and pooling, on rows with channels last', () => {
  const made = trunk();
  const { inputs } = randomBatch(4, 144, 2, undefined);
  const [own, hand] = run((k) => {
    const x = k.tensor(inputs, [4, 144]);
    return [made.forward(k, x), byHand(k, made, x, ['max', 'mean', 'none'])];
  });
  assert.ok(own.data.some((value) => value > 0.01));
  close(own.data, hand.data, 1e-6);
});

test('a trunk of hidden layers alone is the same whether inputs are called rows or images', () => {
  const weights = (options: object) => new MLP({ hidden: [4], seed: 3, ...options }).parameters().map((one) => one.data());
  assert.deepEqual(weights({ inputSize: 12 }), weights({ inputShape: [3, 2, 2] }));
  assert.deepEqual(new MLP({ inputShape: [3, 2, 2], hidden: [4] }).inputSize, 12);
});

test('a trunk that cannot be meant is refused with what to write instead', () => {
  const refused = (options: object, reason: RegExp) => {
    for (const Network of [MLP, DomainMLP, SingleHeadMLP, MultiHeadMLP]) assert.throws(() => new Network(options), reason);
  };
  const conv = [{ filters: 2 }];
  refused({ conv }, /conv needs images, the inputs have the shape \[784\]; pass inputShape: \[height, width, channels\]/);
  refused({ conv, inputSize: 64 }, /the inputs have the shape \[64\]; pass inputShape/);
  refused({ conv, inputShape: [64] }, /the inputs have the shape \[64\]; pass inputShape/);
  refused({ conv, inputShape: [8, 8] }, /inputShape must be \[height, width, channels\] or \[features\], got \[ ?8, 8 ?\]/);
  refused({ conv, inputShape: '8,8,1' }, /inputShape must be .*, got '8,8,1'/);
  refused({ conv, inputShape: [8, 8, 0] }, /inputShape must be a whole number of at least 1, got 0/);
  refused({ conv, inputShape: [8, 8, 1], inputSize: 65 }, /inputSize is 65, inputShape \[8,8,1\] has 64 numbers; pass only one/);
  const image = { inputShape: [8, 8, 1] };
  refused({ ...image, conv: { filters: 2 } }, /conv must be a list of blocks; for example \[\{ filters: 16 \}\]/);
  refused({ ...image, conv: [{ filters: 2, stride: 2 }] }, /conv: unknown option 'stride'; known options: filters, kernel, pool/);
  refused({ ...image, conv: [{}] }, /conv: filters must be a whole number of at least 1, got 0/);
  refused({ ...image, conv: [2] }, /conv: options must be an object of named values, got 2/);
  refused({ ...image, conv: [null] }, /conv: options must be an object of named values, got null/);
  refused({ ...image, conv: [{ filters: 2, kernel: 2.5 }] }, /conv: kernel must be a whole number of at least 1, got 2.5/);
  refused({ ...image, conv: [{ filters: 2, pool: 'avg' }] }, /conv0: unknown pool 'avg'; use max, mean or none/);
  const four = Array.from({ length: 4 }, () => ({ filters: 2 }));
  refused({ ...image, conv: four }, /conv3: images of 1×1 are too small to be pooled by 2; use pool: 'none'/);
  refused({ ...image, conv: [], hidden: [] }, /hidden must list the width of at least one hidden layer/);
  assert.throws(
    () => new ProgressiveNeuralNet({ ...image, conv }),
    /ProgressiveNeuralNet: its columns are of linear layers, conv is not for it; leave conv out/,
  );
});

test('the list of blocks is copied: changing it afterwards does not change the network', () => {
  const conv = [{ filters: 2 }];
  const model = new MultiHeadMLP({ inputShape: [4, 4, 1], conv, hidden: [] });
  conv[0].filters = 9;
  assert.deepEqual(model.config().conv, [{ filters: 2, kernel: 3, pool: 'max' }]);
  model.config().conv[0].filters = 9;
  assert.equal(model.clone().parameters()[0].shape[3], 2);
});

test('making, using and disposing a convolutional model leaves no tensor behind', () => {
  const { tensorCount, dispose } = backend();
  const work = () => {
    const model = new MLP(NET);
    dispose(model.forward(randomBatch(2, 144, 2, undefined).inputs));
    model.lossAndGradients(randomBatch(2, 144, 2, undefined).inputs, [0, 1]);
    model.dispose();
  };
  work(); // constants of the backend are made once
  const before = tensorCount();
  work();
  assert.equal(tensorCount(), before);
});

test('networks start as asked: every layer, heads that come later, and a model that begins anew', () => {
  const largest = (model: Model, name: string) =>
    Math.max(
      ...Array.from(
        model
          .parameters()
          .find((one) => one.name === name)!
          .data(),
        Math.abs,
      ),
    );
  const options = { inputSize: 100, hidden: [50], seed: 1 };
  const [within, wide] = [1 / Math.sqrt(50), Math.sqrt(6 / 52)]; // of a head of two outputs
  for (const [initialisation, bound, bias] of [
    ['pytorch', within, true],
    ['xavier', wide, false],
  ] as const) {
    const single = new MLP({ ...options, nClasses: 2, initialisation });
    const several = new MultiHeadMLP({ ...options, initialisation });
    several.addTaskHead(2);
    const growing = new SingleHeadMLP({ ...options, nClasses: 2, initialisation });
    for (const [model, head] of [
      [single, 'head'],
      [several, 'head0'],
      [growing, 'head'],
    ] as const) {
      // prettier-ignore
      assert.ok(largest(model, `${head}/weight`) <= bound && largest(model, `${head}/weight`) > 0.9 * bound);
      assert.equal(largest(model, `${head}/bias`) > 0, bias);
      assert.equal(largest(model, 'hidden0/bias') > 0, bias);
      assert.equal(model.config().initialisation, bias ? undefined : 'xavier');
      assert.equal('initialisation' in model.config(), !bias);
      const start = model.parameters().map((one) => one.data().slice());
      model.parameters().forEach((one) => one.set(one.data().map(() => 9)));
      model.restart();
      model.parameters().forEach((one, i) => assert.deepEqual(one.data(), start[i]));
      assert.deepEqual(model.clone().config(), model.config());
    }
  }
});

test('a start that cannot be meant is refused', () => {
  assert.throws(() => new MLP({ initialisation: 'he' as never }), /MLP: initialisation/);
  const images = { inputShape: [8, 8, 1], conv: [{ filters: 2 }] };
  assert.throws(() => new MLP({ ...images, initialisation: 'xavier' }), /initialisation 'xavier' is for networks without conv/);
  assert.equal(new MLP({ ...images, initialisation: 'pytorch' }).parameters().length, 8);
  assert.throws(() => new ProgressiveNeuralNet({ initialisation: 'xavier' }), /is not for its columns; leave initialisation out/);
});

test('a normalised trunk: each layer without bias, then its normalisation, then pooling and ReLU', () => {
  const made = trunk({ ...NET, normalisation: 'batch' });
  assert.deepEqual(
    made.layers.flatMap((layer) => [...layer.parameters(), ...(layer.buffers?.() ?? [])].map(({ name }) => name)),
    ['conv0', 'conv1', 'conv2', 'hidden0'].flatMap((name) => [
      `${name}/weight`,
      ...['scale', 'shift', 'runningMean', 'runningVariance'].map((own) => `${name}/norm/${own}`),
    ]),
  );
  const norms = made.layers.filter((layer) => layer instanceof BatchNorm);
  for (const { scale, shift } of norms) {
    scale.set(scale.data().map((_, i) => (i % 2 ? 1.3 : -0.7))); // also turned over
    shift.set(shift.data().fill(0.5));
  }
  const { inputs } = randomBatch(4, 144, 2, undefined);
  for (const training of [false, true]) {
    const [own, hand] = run((kernels) => {
      const k = new Tape(kernels, { training });
      const x = k.tensor(inputs, [4, 144]);
      let images = k.reshape(x, [4, 9, 8, 2]);
      (['max', 'mean', 'none'] as const).forEach((kind, i) => {
        const [layer, norm] = [made.layers[2 * i] as Conv2D, norms[i]];
        images = pool(k, k.relu(norm.forward(k, layer.forward(k, images))), kind);
      });
      const rows = k.reshape(images, [4, 8]);
      const hand = k.relu(norms[3].forward(k, (made.layers[6] as Linear).forward(k, rows)));
      return [made.forward(k, x), hand];
    });
    assert.ok(own.data.some((value) => value > 0.01));
    close(own.data, hand.data, 1e-5);
  }
});

test('networks are normalised as asked: their options say so, heads stay as they are, and outputs of rows do not depend on their neighbours', () => {
  const options = { inputSize: 12, hidden: [5, 4], normalisation: 'batch', seed: 3 } as const;
  for (const Network of [MLP, DomainMLP, SingleHeadMLP, MultiHeadMLP]) {
    const [plain, model] = [new Network({ ...options, normalisation: 'none' }), new Network(options)];
    assert.equal('normalisation' in plain.config(), false);
    assert.deepEqual(plain.buffers(), []);
    assert.equal(model.config().normalisation, 'batch');
    assert.equal(model.buffers().length, 4);
    if (model instanceof MultiHeadMLP) model.addTaskHead(3);
    assert.deepEqual(model.parameters().slice(-2).map(({ name }) => name.replace('0', '')), ['head/weight', 'head/bias']); // prettier-ignore
    const { inputs } = randomBatch(3, 12, 2, undefined);
    model.lossAndGradients(inputs, [0, 1, 1], 0);
    const { toHost } = backend();
    const [all, first] = [inputs, inputs.slice(0, 12)].map((rows) => Array.from(toHost(model.forward(rows, 0))));
    close(all.slice(0, first.length), first, 1e-6);
    model.dispose();
    assert.throws(() => model.buffers()[0].data(), /its content was freed/);
  }
  assert.throws(() => new MLP({ normalisation: 'layer' as never }), /MLP: normalisation must be .*'layer'/);
  assert.throws(
    () => new ProgressiveNeuralNet({ normalisation: 'batch' }),
    /ProgressiveNeuralNet: normalisation 'batch' is not for its columns; leave normalisation out/,
  );
});
