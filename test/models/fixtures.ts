import { backend, elements, type Kernels, type Value, type Variable } from '../../src/backend';
import type { ScenarioName, Task } from '../../src/data/task';
import { meanCrossEntropy, type Model, type TaskOfRows } from '../../src/models';
import { Tape, type Parameter } from '../../src/autodiff';
import { RandomStream } from '../../src/utils/random';

/** A batch of random inputs [n, inputSize] with labels below `classes`, on the host. */
export interface HostBatch {
  n: number;
  inputs: Float32Array;
  labels: Int32Array;
  /** One task for all rows, one a row, or none. */
  task: number | Int32Array | undefined;
}

export function randomBatch(n: number, inputSize: number, classes: number, task: HostBatch['task'], seed = 1): HostBatch {
  const random = new RandomStream(seed, 'batch');
  return {
    n,
    inputs: Float32Array.from({ length: n * inputSize }, () => random.normal()),
    labels: Int32Array.from({ length: n }, () => random.integer(classes)),
    task,
  };
}

/** Puts the batch on the device; call inside a scope. */
export function place({ n, inputs, labels, task }: HostBatch): { x: Value; y: Value; task: TaskOfRows } {
  const { kernels: k } = backend();
  const onDevice = task instanceof Int32Array ? k.tensor(task, [n]) : task;
  return { x: k.tensor(inputs, [n, inputs.length / n]), y: k.tensor(labels, [n]), task: onDevice };
}

/** The outputs [n, classes] of the training pass, as rows. */
export function logits(model: Model, batch: HostBatch): number[][] {
  const { kernels: k, scope, toHost, dispose } = backend();
  const out = scope(() => {
    const { x, task } = place(batch);
    return model.logits(k, x, task);
  });
  const flat = Array.from(toHost(out));
  const classes = out.shape[1];
  dispose(out);
  return Array.from({ length: batch.n }, (_, i) => flat.slice(i * classes, (i + 1) * classes));
}

/** Mean cross-entropy, computed on the host in double precision from the model's outputs. */
export function hostLoss(model: Model, batch: HostBatch): number {
  const losses = logits(model, batch).map((row, i) => {
    const top = Math.max(...row);
    return Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0)) + top - row[batch.labels[i]];
  });
  return losses.reduce((a, b) => a + b) / batch.n;
}

/** The gradients that training would use, on the host. */
export function hostGradients(model: Model, batch: HostBatch): { loss: number; gradients: Map<Parameter, Float32Array> } {
  const { kernels: k, scope, toHost, dispose } = backend();
  let parameters: Parameter[] = [];
  const values = scope(() => {
    const { x, y, task } = place(batch);
    const tape = new Tape(k);
    const loss = meanCrossEntropy(tape, model.logits(tape, x, task), y);
    const gradients = tape.gradients(loss);
    parameters = [...gradients.keys()];
    return [loss, ...gradients.values()];
  });
  const [loss, ...gradients] = values.map((value) => Float32Array.from(toHost(value)));
  dispose(...values);
  return { loss: loss[0], gradients: new Map(parameters.map((parameter, i) => [parameter, gradients[i]])) };
}

/** A task for models; class-incremental tasks serve labels 2·id and 2·id + 1. */
export function task(id: number, { classes = 2, inputSize = 6, scenario = 'task-incremental' as ScenarioName } = {}): Task {
  const first = scenario === 'class-incremental' ? id * classes : 0;
  const labels = Array.from({ length: classes }, (_, c) => first + c);
  return {
    id,
    name: `task ${id}`,
    scenario,
    classes: labels,
    classNames: labels.map(String),
    inputSize,
    inputShape: [inputSize],
  };
}

/** All weights of a model, by name. */
export function weights(model: Model): Map<string, Float32Array> {
  return new Map(model.parameters().map((parameter) => [parameter.name, parameter.data() as Float32Array]));
}

/** Bytes of a variable, as text: equal exactly when no bit differs. */
export function bytes(variable: Variable): string {
  const data = variable.data();
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
}

/** Which inputs of which layers are positive and the largest of their windows, as text: changes exactly where the loss has a kink. */
export function activeUnits(model: Model, batch: HostBatch): string {
  const { kernels: k, scope, toHost } = backend();
  let text = '';
  const own: Partial<Kernels> = {
    relu: (x) => {
      const y = k.relu(x);
      text += Array.from(toHost(y), (value) => +(value > 0)).join('');
      return y;
    },
    maxPool: (x, size) => {
      const y = k.maxPool(x, size);
      const ones = k.tensor(new Float32Array(elements(y.shape)).fill(1), y.shape);
      text += Array.from(toHost(k.maxPoolGrad(ones, x, y, size))).join('');
      return y;
    },
  };
  // All else is done by the kernels themselves: an object that inherits from them would count variables on its own.
  const watching = new Proxy(k, {
    get: (target, name) => own[name as keyof Kernels] ?? (target[name as keyof Kernels] as () => unknown).bind(target),
  });
  scope(() => {
    const { x, task: choice } = place(batch);
    return model.logits(watching, x, choice);
  });
  return text;
}
