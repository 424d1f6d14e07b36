import { Parameter } from '../../src/autodiff';
import type { Kernels, Value } from '../../src/backend';
import { MLP, MultiHeadMLP, pool, type Model, type TaskOfRows } from '../../src/models';
import { Conv2D } from '../../src/models/layers/conv2d';
import { Linear } from '../../src/models/layers/linear';
import { RandomStream } from '../../src/utils/random';

/** A forward pass: [n, `INPUTS`] → [n, classes], at least 3. */
export interface Network {
  readonly parameters: Parameter[];
  readonly logits: (k: Kernels, x: Value, task: TaskOfRows) => Value;
}

/** Rows are images of 4 × 4 pixels. */
export const INPUTS = 16;
const random = new RandomStream(6, 'networks');
const parameter = (name: string, ...shape: number[]) =>
  new Parameter(name, shape, Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => 0.4 * random.normal())); // prettier-ignore
const linear = (name: string, nIn: number, nOut: number) => new Linear(name, nIn, nOut, random);
const images = (k: Kernels, x: Value) => k.reshape(x, [x.shape[0], 4, 4, 1]);
const flat = (k: Kernels, x: Value) => k.reshape(x, [x.shape[0], x.shape.slice(1).reduce((product, n) => product * n, 1)]);

const ofModel = (model: Model): Network => ({
  parameters: model.parameters(),
  logits: (k, x, task) => model.logits(k, x, task),
});
const ofLayers = (layers: (Linear | Conv2D)[], logits: Network['logits']): Network => ({
  parameters: layers.flatMap((layer) => layer.parameters()),
  logits,
});

function conv(kind: 'max' | 'mean' | 'none', kernel: number, stride: number, padding: 'same' | 'valid'): Network {
  const [first, second] = [new Conv2D('conv0', 1, 2, random, { kernel, stride, padding }), new Conv2D('conv1', 2, 3, random)];
  const [height] = second.outputShape(first.outputShape([4, 4, 1]));
  const side = kind === 'none' ? height : Math.floor(height / 2);
  const head = linear('head', side * side * 3, 3);
  return ofLayers([first, second, head], (k, x) => {
    const low = k.relu(first.forward(k, images(k, x)));
    return head.forward(k, flat(k, pool(k, second.forward(k, low), kind)));
  });
}

/** With running statistics and scales as after training. */
function trained(model: Model): Network {
  const variables = [...model.parameters().filter(({ name }) => name.includes('norm')), ...model.buffers()];
  for (const variable of variables) variable.set(variable.data().map((value) => value + 0.5 * random.uniform()));
  return ofModel(model);
}

function heads(widths: number[], options: object = {}): Network {
  const model = new MultiHeadMLP({ inputSize: INPUTS, hidden: [5], seed: 2, ...options });
  widths.forEach((width) => model.addTaskHead(width));
  return ofModel(model);
}

function shared(): Network {
  const [lower, middle, head] = [linear('lower', INPUTS, 5), linear('shared', 5, 5), linear('head', 5, 3)];
  return ofLayers([lower, middle, head], (k, x) => {
    const twice = middle.forward(k, k.relu(middle.forward(k, k.relu(lower.forward(k, x)))));
    return head.forward(k, twice);
  });
}

function sharedFilter(): Network {
  const [first, middle, head] = [new Conv2D('conv0', 1, 2, random), new Conv2D('shared', 2, 2, random), linear('head', 32, 3)];
  return ofLayers([first, middle, head], (k, x) => {
    const once = k.relu(middle.forward(k, first.forward(k, images(k, x))));
    return head.forward(k, flat(k, middle.forward(k, once)));
  });
}

/** Networks all of whose gradients come as factors. */
export const FACTORED: Record<string, () => Network> = {
  'linear layers': () => ofModel(new MLP({ inputSize: INPUTS, hidden: [6, 5], nClasses: 3, seed: 1 })),
  'a linear layer used twice': shared,
  'heads of one width, rows of several tasks': () => heads([3, 3]),
  'heads of several widths, rows of several tasks': () => heads([3, 4]),
  'convolutions with max pooling': () => conv('max', 3, 1, 'same'),
  'convolutions with mean pooling': () => conv('mean', 2, 1, 'same'),
  'convolutions of 1 × 1 pixel, without pooling': () => conv('none', 1, 1, 'valid'),
  'convolutions with stride, without padding': () => conv('none', 2, 2, 'valid'),
  'a filter used twice': sharedFilter,
  'a convolutional trunk with heads, rows of several tasks': () =>
    heads([3, 3], { inputShape: [4, 4, 1], conv: [{ filters: 2 }, { filters: 3, kernel: 2, pool: 'mean' }] }),
  'linear layers, normalised by running statistics': () =>
    trained(new MLP({ inputSize: INPUTS, hidden: [6, 5], nClasses: 3, seed: 1, normalisation: 'batch' })),
  'convolutions, normalised by running statistics': () =>
    trained(new MLP({ inputShape: [4, 4, 1], conv: [{ filters: 2 }], hidden: [5], nClasses: 3, normalisation: 'batch' })),
};

/** Networks with parameters whose gradients do not come as factors of one term a sample; those are called `odd`. */
export const UNFACTORED: Record<string, () => Network> = {
  'a scale of each unit': () => {
    const [lower, head, scale] = [linear('lower', INPUTS, 5), linear('head', 5, 3), parameter('odd', 1, 5)];
    return {
      parameters: [...lower.parameters(), ...head.parameters(), scale],
      logits: (k, x) => head.forward(k, k.mul(lower.forward(k, x), k.read(scale))),
    };
  },
  'weights that are a product of weights': () => {
    const [u, v] = [parameter('odd u', INPUTS, 2), parameter('odd v', 2, 3)];
    return { parameters: [u, v], logits: (k, x) => k.matMul(x, k.matMul(k.read(u), k.read(v))) };
  },
  'weights that are a product of as many rows as the batch has': () => {
    const [u, v, head] = [parameter('odd u', 6, 2), parameter('odd v', 2, 3), linear('head', INPUTS, 6)];
    return {
      parameters: [...head.parameters(), u, v],
      logits: (k, x) => k.matMul(head.forward(k, x), k.matMul(k.read(u), k.read(v))),
    };
  },
  'a layer on the parts of each sample': () => {
    const [part, head] = [linear('odd', 4, 2), linear('head', 8, 3)];
    return ofLayers([part, head], (k, x) => {
      const parts = part.forward(k, k.reshape(x, [x.shape[0] * 4, 4])); // [4n, 2]
      return head.forward(k, k.reshape(k.relu(parts), [x.shape[0], 8]));
    });
  },
  'weights read the other way round': () => {
    const [lower, w] = [linear('lower', INPUTS, 5), parameter('odd', 3, 5)];
    return {
      parameters: [...lower.parameters(), w],
      logits: (k, x) => k.matMul(lower.forward(k, x), k.read(w), false, true),
    };
  },
  'weights that are also used elementwise': () => {
    const [lower, w] = [linear('lower', INPUTS, 3), parameter('odd', 3, 3)];
    return {
      parameters: [...lower.parameters(), w],
      logits: (k, x) => k.add(k.matMul(lower.forward(k, x), k.read(w)), k.slice(k.read(w), 0, 1, 1)),
    };
  },
  'rows of a table': () => {
    const [table, weight, head] = [parameter('odd table', 2, 4), parameter('odd weight', 4, 5), linear('head', INPUTS, 5)];
    const out = linear('out', 5, 3);
    return {
      parameters: [...head.parameters(), ...out.parameters(), table, weight],
      logits: (k, x, task) => {
        const rows = k.gather(k.matMul(k.read(table), k.read(weight)), task as Value); // [n, 5]
        return out.forward(k, k.relu(k.add(head.forward(k, x), rows)));
      },
    };
  },
  'a bias that is a product of weights': () => {
    const [head, u, v] = [linear('head', INPUTS, 3), parameter('odd u', 1, 2), parameter('odd v', 2, 3)];
    return {
      parameters: [...head.parameters(), u, v],
      logits: (k, x) => k.add(head.forward(k, x), k.matMul(k.read(u), k.read(v))),
    };
  },
  'a layer on the halves of each sample, one under the other': () => {
    const [part, head] = [linear('odd', 8, 2), linear('head', 4, 3)];
    return ofLayers([part, head], (k, x) => {
      const [n] = x.shape;
      const halves = part.forward(k, k.concat([k.slice(x, 1, 0, 8), k.slice(x, 1, 8, 8)], 0)); // [2n, 2]
      return head.forward(k, k.relu(k.concat([k.slice(halves, 0, 0, n), k.slice(halves, 0, n, n)], 1)));
    });
  },
};
