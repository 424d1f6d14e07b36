import * as tf from '@tensorflow/tfjs';
import type { Parameter } from '../../src/autodiff';

/** A parameter's content as a tfjs tensor. */
export function onDevice(parameter: Parameter): tf.Tensor {
  return tf.tensor(parameter.data(), parameter.shape);
}

/** An MLP on the public tfjs operations, for tfjs's automatic differentiation; weights and biases in turn, the head last. */
export function mlpLogits(weights: tf.Tensor[], x: tf.Tensor2D): tf.Tensor2D {
  let h = x;
  for (let i = 0; i < weights.length; i += 2) {
    h = tf.add(tf.matMul(h, weights[i] as tf.Tensor2D), weights[i + 1]);
    if (i + 2 < weights.length) h = tf.relu(h);
  }
  return h;
}

/** Mean softmax cross-entropy on the public tfjs operations. */
export function meanCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  const target = tf.oneHot(labels, logits.shape[1]);
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), target), 1))).asScalar();
}
