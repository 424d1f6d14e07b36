import { backend, getDevice, initBackend } from '../../../src/backend';
import type { Value } from '../../../src/backend';
import type { StepRequest } from '../protocol';
import { loopTimer, serve, type Timer } from './serve';

/** The floor: the eight matrix products of a step, and nothing else, through the same binding. */
async function main(): Promise<void> {
  await initBackend('native');
  await serve({ version: getDevice(), methods: ['naive'] }, prepare);
}

async function prepare(request: StepRequest): Promise<Timer> {
  const { kernels: k, scope, keep, toHost } = backend();
  const { batch, width } = request;
  const random = (rows: number, columns: number): Value =>
    keep(
      k.tensor(
        Float32Array.from({ length: rows * columns }, () => Math.random() - 0.5),
        [rows, columns],
      ),
    );
  const [x, h0, h1, dOut] = [random(batch, 784), random(batch, width), random(batch, width), random(batch, 2)];
  const [w0, w1, w2] = [random(784, width), random(width, width), random(width, 2)];
  const step = () =>
    scope(() => {
      k.matMul(x, w0);
      k.matMul(h0, w1);
      k.matMul(h1, w2);
      const d1 = k.matMul(dOut, w2, false, true);
      const d0 = k.matMul(d1, w1, false, true);
      k.matMul(h1, dOut, true);
      k.matMul(h0, d1, true);
      k.matMul(x, d0, true);
    });
  return loopTimer(request, step, () => void toHost(dOut));
}

void main();
