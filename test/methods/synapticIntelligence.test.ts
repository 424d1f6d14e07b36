import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Parameter } from '../../src/autodiff';
import { backend, decodeTensor, initBackend, type TensorState } from '../../src/backend';
import { SynapticIntelligence } from '../../src/methods';
import type { StepGradients } from '../../src/training';
import { hostLoss } from '../models/fixtures';
import { easyStream, smallModel, wholeTask } from './fixtures';

before(async () => {
  await initBackend('native');
});

/** Follows every step on the host: ω = −Σ g·Δθ by parameter. */
class Followed extends SynapticIntelligence {
  readonly sums = new Map<Parameter, Float64Array>();
  private before = new Map(this.model.parameters().map((parameter) => [parameter, parameter.data()]));

  protected override afterStep(gradients: StepGradients): void {
    for (const [parameter, value] of gradients.raw) {
      const [g, now, was] = [backend().toHost(value), parameter.data(), this.before.get(parameter)!];
      const sum = this.sums.get(parameter) ?? new Float64Array(g.length);
      this.sums.set(parameter, sum.map((all, i) => all - g[i] * (now[i] - was[i]))); // prettier-ignore
      this.before.set(parameter, now);
    }
    super.afterStep(gradients);
  }
}

test('the importances are Σ over tasks of max(ω, 0) / (Δ² + ξ), with the gradients of the loss alone, step for step', async () => {
  const model = smallModel('DomainMLP');
  const trainer = new Followed(model, { epochs: 2, lr: 0.1, seed: 1, xi: 0.01 });
  const expected = new Map(model.parameters().map((parameter) => [parameter, new Float64Array(parameter.data().length)]));
  for (const loader of easyStream('domain-incremental').trainLoaders.slice(0, 2)) {
    const start = new Map(model.parameters().map((parameter) => [parameter, parameter.data()]));
    trainer.sums.clear();
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
    for (const [parameter, sum] of expected) {
      const [omega, from, to] = [trainer.sums.get(parameter)!, start.get(parameter)!, parameter.data()];
      sum.forEach((_, i) => (sum[i] += Math.max(0, omega[i]) / ((to[i] - from[i]) ** 2 + 0.01)));
    }
  }
  for (const [parameter, sums] of expected) {
    const own = trainer.importance(parameter)!;
    own.forEach((value, i) => assert.ok(Math.abs(value - sums[i]) < 1e-4, `${parameter.name}[${i}]`));
    assert.ok(own.some((value) => value > 0.01), parameter.name); // prettier-ignore
  }
});

test('where steps are small, the path integral over all weights is what the loss fell by', async () => {
  const [loader] = easyStream('domain-incremental', 80).trainLoaders; // one batch an epoch: all 240 images
  const model = smallModel('DomainMLP');
  const trainer = new SynapticIntelligence(model, { epochs: 150, lr: 0.01, momentum: 0, seed: 1 });
  const [batch, start] = [wholeTask(loader), hostLoss(model, wholeTask(loader))];
  assert.equal((await trainer.trainTask(loader)).steps, 150);
  const { omega } = trainer.state().memory as { omega: Record<string, TensorState> };
  const sums = Object.entries(omega).map(([name, saved]) =>
    Array.from(decodeTensor(name, saved).numbers).reduce((a, b) => a + b, 0),
  );
  const [integral, fall] = [sums.reduce((a, b) => a + b), start - hostLoss(model, batch)];
  assert.ok(fall > 0.1, `the loss fell by ${fall}`);
  assert.ok(Math.abs(integral / fall - 1) < 0.02, `integral ${integral}, the loss fell by ${fall}`);
});

test('the penalty pulls by 2·c·Ω·(θ − θ*): without a loss the weights go back to the anchor', async () => {
  const [first, second] = easyStream('domain-incremental').trainLoaders;
  const distance = async (c: number) => {
    const model = smallModel('DomainMLP');
    const trainer = new SynapticIntelligence(model, { epochs: 4, lr: 0.05, seed: 1, c });
    await trainer.trainTask(first);
    await trainer.consolidate(first);
    const anchor = model.parameters().map((parameter) => parameter.data());
    await trainer.trainTask(second);
    const importance = model.parameters().map((parameter) => trainer.importance(parameter)!);
    return model.parameters().reduce((sum, parameter, p) => {
      const now = Array.from(parameter.data());
      return now.reduce((part, value, i) => part + importance[p][i] * (value - anchor[p][i]) ** 2, sum);
    }, 0);
  };
  const [free, held] = [await distance(0), await distance(5)];
  assert.ok(held < 0.35 * free, `Σ Ω(θ − θ*)²: ${held} held back, ${free} free`);
});
