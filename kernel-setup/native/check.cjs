// node check.cjs <folder of @tensorflow/tfjs-node>: loads the native addon and multiplies two matrices; prints one line of JSON. Run in a process of its own: an addon that
// does not fit crashes the process rather than throwing.
const util = require('node:util');
// Removed in Node 23; tfjs-node 4.22.0 still calls it.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
const tf = require(process.argv[2]);
const product = Array.from(
  tf
    .matMul(
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
      tf.tensor2d([
        [5, 6],
        [7, 8],
      ]),
    )
    .dataSync(),
);
if (product.join() !== '19,22,43,50') throw new Error(`matMul gave ${product.join()} instead of 19,22,43,50`);
console.log(
  JSON.stringify({
    backend: tf.getBackend(),
    tfjs: tf.version['tfjs-core'],
    libtensorflow: tf.node.getTFVersion?.() ?? tf.backend().binding.TF_Version,
  }),
);
