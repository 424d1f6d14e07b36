import type { Kernels, Value } from '../backend';
import type { Task } from '../data/task';
import type { Model, ModelState } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions } from '../training';
import { isPlainObject, problem, shown } from '../utils/errors';
import type { MethodEntry } from './entry';
import { frozenTwin, restoredTwin } from './parts/twin';

/**
 * Independent training (the "independent" baseline of Lopez-Paz & Ranzato 2017): a network of its own for each task, each from the
 * same initial weights. Nothing is forgotten and nothing is shared; the bound that says whether tasks help each other.
 *
 * Differs from Lopez-Paz & Ranzato: each network has the full width, not the width divided by the number of tasks. The model itself
 * is the network of the newest task; ask the trainer (`evaluate`, `predict`) about the others.
 */
export class Independent extends CLTrainer {
  static override readonly needs: MethodNeeds = {
    taskId: 'test',
    taskBoundaries: true,
    architecture: 'MultiHeadMLP',
    memory: 'networks of earlier tasks',
  };
  override readonly method = 'independent';
  private readonly networks = new Map<number, Model>();

  /**
   * @param model the network to train
   * @param options `{lr, momentum, epochs, seed, …}`
   */
  constructor(model: Model, options: Partial<TrainerOptions> = {}) {
    super(model, options);
  }

  protected override beginTask({ id }: Task): void {
    this.networks.get(id)?.dispose();
    this.networks.delete(id);
    this.model.restart();
  }

  protected override endTask({ id }: Task): void {
    this.networks.get(id)?.dispose();
    this.networks.set(id, frozenTwin(this.model));
  }

  protected override scores(k: Kernels, x: Value, task: number | undefined): Value {
    const network = (task === undefined ? undefined : this.networks.get(task)) ?? this.model;
    return network.logits(k, x, task);
  }

  override dispose(): void {
    super.dispose();
    for (const network of this.networks.values()) network.dispose();
    this.networks.clear();
  }

  protected override memoryState(): { networks: Record<string, ModelState> } {
    return { networks: Object.fromEntries([...this.networks].map(([id, network]) => [String(id), network.state()])) };
  }

  protected override restoreMemory({ networks }: { networks: Record<string, ModelState> }): void {
    const subject = 'Independent.restore';
    if (!isPlainObject(networks)) throw problem(subject, `networks is ${shown(networks)}`, 'the saved state is damaged');
    const restored = Object.entries(networks).map(([id, state]): [number, Model] => {
      const known = this.model.tasks.some((task) => String(task.id) === id);
      if (!known) throw problem(subject, `the model knows no task ${id}`, 'the saved state is damaged');
      return [Number(id), restoredTwin(subject, this.model, state as ModelState)];
    });
    for (const network of this.networks.values()) network.dispose();
    this.networks.clear();
    for (const [id, network] of restored) this.networks.set(id, network);
  }
}

/** What the library knows of the method. */
export const independent: MethodEntry = {
  name: 'independent',
  label: 'Independent',
  paper: 'upper bound without transfer',
  tested: 'each network is bit-equal to one that learns its task alone',
  style: { color: '#999999', symbol: 'square-dot' },
  create: (model, options) => new Independent(model, options),
  needs: Independent.needs,
  relativeCost: 1,
  why: 'a network of its own for each task, chosen by the task id',
  useWhen: 'you want to know whether tasks help each other at all',
  breaksWhen: 'the task id is hidden at test time, or memory is short: it keeps a whole network a task',
  ruleOfThumb: 'nothing to tune; a method below it shares to its harm',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  inStudies: false,
};
