import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Parameter } from '../../src/autodiff';
import { backend, decodeTensor, initBackend } from '../../src/backend';
import { findMethod, methodCompatibility, registerMethod, type MethodEntry } from '../../src/methods';
import type { StepGradients } from '../../src/training';
import { commonSuite } from '../methods/commonSuite';
import { easyStream, smallModel } from '../methods/fixtures';
import { SynapticIntelligence } from './synapticIntelligence';

// A method of one's own: one file, and this entry.
const si: MethodEntry = {
  name: 'si',
  label: 'SI',
  style: { color: '#117733', symbol: 'pentagon' },
  create: (model, options) => new SynapticIntelligence(model, options),
  needs: SynapticIntelligence.needs,
  relativeCost: 1,
  why: 'weights that lowered the loss of earlier tasks are held back',
  useWhen: 'as EWC, where the importances should cost no pass of their own',
  breaksWhen: 'classes arrive over time and little of the old ones is kept',
  ruleOfThumb: 'search c on a log scale on validation data',
};
registerMethod(si);

before(async () => {
  await initBackend('native');
});

test('the method takes fewer than 90 lines, and the tables know it from its entry', () => {
  const source = readFileSync(join(__dirname, '../../../test/examples/synapticIntelligence.ts'), 'utf8');
  assert.ok(source.split('\n').length < 90, `${source.split('\n').length} lines`);
  assert.equal(findMethod('si'), si);
  assert.deepEqual(methodCompatibility('si', 'domain-incremental'), { fit: 'yes', reason: si.why });
});

/** Follows every step on the host: ω = −Σ g·Δθ by parameter. */
class Followed extends SynapticIntelligence {
  readonly omega = new Map<Parameter, Float64Array>();
  private before = new Map(this.model.parameters().map((parameter) => [parameter, parameter.data()]));

  protected override afterStep(gradients: StepGradients): void {
    for (const [parameter, value] of gradients.raw) {
      const [g, now, was] = [backend().toHost(value), parameter.data(), this.before.get(parameter)!];
      const sum = this.omega.get(parameter) ?? new Float64Array(g.length);
      this.omega.set(parameter, sum.map((all, i) => all - g[i] * (now[i] - was[i]))); // prettier-ignore
      this.before.set(parameter, now);
    }
    super.afterStep(gradients);
  }

  /** Ω by parameter. */
  importances(): Map<Parameter, Float32Array> {
    const saved = this.memoryState();
    const of = ({ name }: Parameter) => decodeTensor(name, saved[name].anchor.importance).numbers as Float32Array;
    return new Map(this.model.parameters().map((parameter) => [parameter, of(parameter)]));
  }
}

test('the importances are Σ over tasks of max(ω, 0) / (Δ² + ξ), step for step', async () => {
  const model = smallModel('DomainMLP');
  const trainer = new Followed(model, { epochs: 2, lr: 0.1, seed: 1 });
  const expected = new Map(model.parameters().map((parameter) => [parameter, new Float64Array(parameter.data().length)]));
  for (const loader of easyStream('domain-incremental').trainLoaders.slice(0, 2)) {
    const start = new Map(model.parameters().map((parameter) => [parameter, parameter.data()]));
    trainer.omega.clear();
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
    for (const [parameter, sum] of expected) {
      const [omega, from, to] = [trainer.omega.get(parameter)!, start.get(parameter)!, parameter.data()];
      sum.forEach((_, i) => (sum[i] += Math.max(0, omega[i]) / ((to[i] - from[i]) ** 2 + 0.01)));
    }
  }
  for (const [parameter, own] of trainer.importances()) {
    own.forEach((value, i) => assert.ok(Math.abs(value - expected.get(parameter)![i]) < 1e-4, `${parameter.name}[${i}]`));
    assert.ok(own.some((value) => value > 0.01), parameter.name); // prettier-ignore
  }
});

commonSuite(si, ['domain-incremental', 'class-incremental']); // outputs that stay, and outputs that grow
