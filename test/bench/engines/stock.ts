import type * as tfjs from '@tensorflow/tfjs';
import { getDevice, initBackend } from '../../../src/backend';
import type { StepRequest } from '../protocol';
import { datasetFromArrays } from '../../../src/data/fromArrays';
import { RandomImages } from './data';
import { loopTimer, serve, type Timer } from './serve';

type Loss = (i: number) => tfjs.Scalar;

/** tfjs-node as its guides use it: tf.* operations, automatic differentiation, `optimizer.minimize`. */
async function main(): Promise<void> {
  await initBackend('native');
  const tf = require('@tensorflow/tfjs-node') as typeof tfjs;
  const { mean, std, train } = new RandomImages({ datasetFromArrays }).ofOneLabel(1);
  const rows = (from: number, count: number): tfjs.Tensor2D =>
    tf.tidy(() =>
      tf
        .tensor2d(Float32Array.from(train.inputs.subarray(from * 784, (from + count) * 784)), [count, 784])
        .div(255)
        .sub(mean)
        .div(std),
    );
  const oneHot = (from: number, count: number): tfjs.Tensor2D =>
    tf.tidy(
      () =>
        tf.cast(
          tf.oneHot(tf.tensor1d(Int32Array.from(train.labels.subarray(from, from + count)), 'int32'), 2),
          'float32',
        ) as tfjs.Tensor2D,
    );
  const hello = { version: `${getDevice()}, tfjs ${tf.version.tfjs}`, methods: ['naive', 'ewc', 'er'] };
  await serve(hello, async (request) => prepare(tf, request, rows, oneHot));
}

type Rows = (from: number, count: number) => tfjs.Tensor2D;

function prepare(tf: typeof tfjs, request: StepRequest, rows: Rows, oneHot: Rows): Timer {
  const { method, batch, width, lr, warm, steps } = request;
  const uniform = (shape: number[], bound: number) => tf.variable(tf.randomUniform(shape, -bound, bound));
  const sizes = [784, width, width, 2];
  const layers = sizes
    .slice(1)
    .map((nOut, i) => ({ w: uniform([sizes[i], nOut], sizes[i] ** -0.5), b: uniform([nOut], sizes[i] ** -0.5) }));
  const forward = (x: tfjs.Tensor): tfjs.Tensor =>
    layers.reduce((h, { w, b }, i) => (i < 2 ? tf.relu(tf.add(tf.matMul(h, w), b)) : tf.add(tf.matMul(h, w), b)), x);
  const batches = Array.from({ length: warm + steps }, (_, i) => ({ x: rows(i * batch, batch), y: oneHot(i * batch, batch) }));
  const plain: Loss = (i) => tf.losses.softmaxCrossEntropy(batches[i].y, forward(batches[i].x)) as tfjs.Scalar;
  const losses: Record<string, () => Loss> = {
    naive: () => plain,
    ewc: () => {
      const anchors = layers
        .flatMap(({ w, b }) => [w, b])
        .map((p) => ({ p, at: tf.clone(p), stiffness: tf.randomUniform(p.shape, 0, 0.1) }));
      return (i) =>
        anchors.reduce(
          (sum, { p, at, stiffness }) => tf.add(sum, tf.sum(tf.mul(stiffness, tf.square(tf.sub(p, at)))).mul(0.5)),
          plain(i),
        );
    },
    er: () => {
      const memory = { x: rows(0, 1000), y: oneHot(0, 1000) };
      return (i) => {
        const at = tf.tensor1d(Int32Array.from(tf.util.createShuffledIndices(1000).subarray(0, batch / 2)), 'int32');
        const x = tf.concat([batches[i].x, tf.gather(memory.x, at)]);
        return tf.losses.softmaxCrossEntropy(tf.concat([batches[i].y, tf.gather(memory.y, at)]), forward(x)) as tfjs.Scalar;
      };
    },
  };
  const loss = losses[method]();
  const optimizer = tf.train.momentum(lr, 0.9);
  return loopTimer(
    request,
    (i) => optimizer.minimize(() => loss(i)),
    () => void layers[2].b.dataSync(),
  );
}

void main();
