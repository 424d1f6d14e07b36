import type { Gradients, Parameter } from '../autodiff';
import { decodeTensor } from '../backend';
import type { Kernels, Value } from '../backend';
import type { Task } from '../data/task';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, Phase, StepGradients, TrainerOptions, TrainingBatch } from '../training';
import { checkList, checkNumber, problem, shown } from '../utils/errors';
import type { MethodEntry } from './entry';
import { isShared, refuseNormalised, SHARED_STATISTICS } from './parts/gates';
import { PerParameter } from './parts/perParameter';
import type { PerParameterState } from './parts/perParameter';
import { readingAs } from './parts/readingAs';

/** Options of `PackNet` beyond those of every method. */
export interface PackNetOptions {
  /** The share of each layer's free weights that is given up after a task, between 0 and 1; default 0.6. */
  prune: number;
  /** The share of `epochs` in which the weights that were kept learn on alone; default 0.3. With one epoch there is none. */
  retrain: number;
}

/** Defaults of `PackNetOptions`. */
export const PACK_NET_DEFAULTS: PackNetOptions = { prune: 0.6, retrain: 0.3 };

/** Owner of weights that no task has taken: above every position in the order of tasks. */
const FREE = 1e6;

/**
 * PackNet (Mallya & Lazebnik 2018): a task trains the free weights of the shared layers; then the smallest of them are given up (set to
 * 0) and the others learn on, and belong to the task from then on. At evaluation a task sees its own weights and those of earlier tasks.
 * What belongs to a task never changes again, bit for bit. Biases belong to the first task, each task has its own output layer.
 *
 * Differs: the epochs after pruning are part of `epochs`, so that a task costs as many steps as with other methods. Ask the trainer
 * (`evaluate`, `predict`), not the model, which uses all weights.
 */
export class PackNet extends CLTrainer<PackNetOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    taskId: 'test',
    taskBoundaries: true,
    architecture: 'MultiHeadMLP',
    memory: 'owners of the weights',
  };
  override readonly method = 'packnet';
  /** For each shared weight the position of the task it belongs to, from 1, or `FREE`. */
  private readonly owner = new PerParameter('owner');
  /** 1 where the task in training may change a weight. */
  private readonly open = new PerParameter('mask');
  /** The weights that may not change, 0 elsewhere. */
  private readonly kept = new PerParameter('fixed weights');
  /** Ids of the tasks that own weights, in order. */
  private owners: number[] = [];

  /**
   * @param model the network to train, a `MultiHeadMLP`
   * @param options `{prune: 0.6, retrain: 0.3, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & PackNetOptions> = {}) {
    super(model, options, PACK_NET_DEFAULTS);
    checkNumber('PackNet', 'prune', this.options.prune, { min: 0, max: 1 });
    refuseNormalised('PackNet', model, SHARED_STATISTICS);
    checkNumber('PackNet', 'retrain', this.options.retrain, { min: 0, max: 1 });
  }

  /** The share of the shared weights that no task has taken yet. */
  free(): number {
    const all = this.shared().flatMap((parameter) => (isWeight(parameter) ? [this.ownersOf(parameter)] : []));
    const count = all.reduce((sum, numbers) => sum + numbers.filter((one) => one === FREE).length, 0);
    return count / all.reduce((sum, { length }) => sum + length, 0);
  }

  protected override phases(task: Task): Phase[] {
    const { epochs, retrain } = this.options;
    const after = epochs === 1 || retrain === 0 ? 0 : Math.min(epochs - 1, Math.max(1, Math.round(epochs * retrain)));
    if (after === 0) return [{ epochs }];
    return [
      { epochs: epochs - after, name: 'train' },
      { epochs: after, name: 'retrain', begin: () => this.prune(task) },
    ];
  }

  protected override beginTask({ id }: Task): void {
    if (this.owners.includes(id)) {
      throw problem('PackNet', `the weights of task ${id + 1} are fixed, so it cannot be trained again`, 'make a new model');
    }
    for (const parameter of this.shared()) this.allow(parameter, (owner) => owner === FREE);
  }

  protected override loss(k: Kernels, { x, y, task }: TrainingBatch): Value {
    return meanCrossEntropy(k, this.model.logits(k, x, task), y);
  }

  protected override adjustGradients(gradients: Gradients): Gradients {
    const { k } = this;
    for (const [parameter, gradient] of gradients) {
      if (this.open.has(parameter)) gradients.set(parameter, k.mul(gradient, k.read(this.open.of(parameter))));
    }
    return gradients;
  }

  /** Weight decay and momentum of earlier tasks would move what is fixed: it is put back. */
  protected override afterStep(_gradients: StepGradients): void {
    const { k } = this;
    for (const parameter of this.shared()) {
      const moved = k.mul(k.read(parameter), k.read(this.open.of(parameter)));
      k.assign(parameter, k.add(moved, k.read(this.kept.of(parameter))));
    }
  }

  protected override endTask(task: Task): void {
    if (!this.owners.includes(task.id)) this.prune(task);
  }

  protected override scores(k: Kernels, x: Value, task: number | undefined): Value {
    const position = this.owners.indexOf(task!) + 1;
    if (position === 0) return super.scores(k, x, task);
    const masked = readingAs(k, (variable, content) => {
      if (!this.owner.has(variable as Parameter)) return content;
      const later = k.sub(k.read(this.owner.of(variable as Parameter)), k.tensor(Float32Array.of(position), [1]));
      const hidden = k.sub(k.relu(later), k.relu(k.sub(later, k.tensor(Float32Array.of(1), [1])))); // 1 where later ≥ 1
      return k.sub(content, k.mul(content, hidden));
    });
    return this.model.logits(masked, x, task);
  }

  override dispose(): void {
    super.dispose();
    for (const part of [this.owner, this.open, this.kept]) part.dispose();
  }

  protected override memoryState(): PackNetState {
    return {
      owner: this.owner.state(),
      open: this.open.state(),
      kept: this.kept.state(),
      owners: [...this.owners],
    };
  }

  protected override restoreMemory({ owner, open, kept, owners }: PackNetState): void {
    const subject = 'PackNet.restore';
    checkList(subject, 'owners', owners, 0);
    const wrong = owners.find((id) => !this.model.tasks.some((task) => task.id === id));
    if (wrong !== undefined) throw problem(subject, `the model knows no task ${shown(wrong)}`, 'the saved state is damaged');
    const shared = this.shared();
    const take = [
      this.owner.restored(subject, shared, owner),
      this.open.restored(subject, shared, open),
      this.kept.restored(subject, shared, kept),
    ];
    for (const saved of Object.values(owner ?? {})) {
      const strange = decodeTensor(subject, saved).numbers.find((one: number) => one !== FREE && owners[one - 1] === undefined);
      if (strange !== undefined) throw problem(subject, `there is no owner ${strange}`, 'the saved state is damaged');
    }
    take.forEach((one) => one());
    this.owners = [...owners];
  }

  /** Gives the largest free weights to the task and sets the others to 0. */
  private prune({ id }: Task): void {
    this.owners.push(id);
    const position = this.owners.length;
    for (const parameter of this.shared()) {
      const owners = this.ownersOf(parameter);
      const weights = parameter.data() as Float32Array;
      const free = Array.from(owners.keys()).filter((i) => owners[i] === FREE);
      free.sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]) || a - b);
      const keeps = isWeight(parameter) ? Math.ceil(free.length * (1 - this.options.prune)) : free.length;
      free.forEach((i, rank) => {
        if (rank < keeps) owners[i] = position;
        else weights[i] = 0;
      });
      parameter.set(weights);
      this.owner.set(parameter, owners);
      this.allow(parameter, (owner) => owner === position);
    }
  }

  /** Lets training change those of a parameter's entries whose owner is right. */
  private allow(parameter: Parameter, right: (owner: number) => boolean): void {
    const owners = this.ownersOf(parameter);
    this.owner.set(parameter, owners);
    this.open.set(parameter, owners.map((owner) => Number(right(owner)))); // prettier-ignore
    this.kept.set(parameter, (parameter.data() as Float32Array).map((value, i) => (right(owners[i]) ? 0 : value))); // prettier-ignore
  }

  private ownersOf(parameter: Parameter): Float32Array {
    return this.owner.has(parameter) ? this.owner.data(parameter) : new Float32Array(parameter.data().length).fill(FREE);
  }

  private shared(): Parameter[] {
    return this.model.layers().filter(isShared).flatMap((layer) => layer.parameters()); // prettier-ignore
  }
}

function isWeight({ shape }: Parameter): boolean {
  return shape.length > 1;
}

/** What `PackNet` remembers, as plain JSON. */
interface PackNetState {
  owner: PerParameterState;
  open: PerParameterState;
  kept: PerParameterState;
  owners: readonly number[];
}

/** What the library knows of the method. */
export const packNet: MethodEntry = {
  name: 'packnet',
  label: 'PackNet',
  paper: 'Mallya & Lazebnik 2018',
  tested: 'weights of learnt tasks stay bit-equal',
  style: { color: '#7733AA', symbol: 'star-triangle-up' },
  create: (model, options) => new PackNet(model, options),
  needs: PackNet.needs,
  relativeCost: 2,
  why: 'each task keeps weights of its own, which nothing changes any more',
  useWhen: 'forgetting must be exactly zero, the task id is known, and the network may not grow',
  breaksWhen: 'the task id is hidden at test time, or there are so many tasks that free weights run out',
  ruleOfThumb: 'with n tasks to come prune about 1 − 1/n; watch `free()`',
  grid: { prune: [0.5, 0.6, 0.8], lr: [0.01, 0.03] },
  inStudies: false,
};
