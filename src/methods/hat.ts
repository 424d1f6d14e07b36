import type { Gradients, Parameter } from '../autodiff';
import { elements } from '../backend';
import type { Kernels, Value } from '../backend';
import type { Task } from '../data/task';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, StepGradients, TrainerOptions, TrainingBatch, TrainingData } from '../training';
import { checkList, checkNumber, problem, shown } from '../utils/errors';
import type { MethodEntry } from './entry';
import { gated, gatedLayers, isShared, refuseNormalised, SHARED_STATISTICS } from './parts/gates';
import { compensation, sigmoid, steepnesses, within } from './parts/hardAttention';
import { PerParameter } from './parts/perParameter';
import { TaskEmbeddings } from './parts/taskEmbeddings';
import type { TaskEmbeddingsState } from './parts/taskEmbeddings';

/** Options of `HAT` beyond those of every method. */
export interface HATOptions {
  /** c, the strength of the penalty on attention to units that no earlier task uses, up to 1e6; default 0.75. */
  c: number;
  /** s_max, from 1 to 1e6: how steep attention is at the end of each epoch and at evaluation; default 400. */
  sMax: number;
}

/** Defaults of `HATOptions`, those of the paper. */
export const HAT_DEFAULTS: HATOptions = { c: 0.75, sMax: 400 };

/** Largest c and s_max: products of them with what makes up for steep attention stay within 32-bit numbers. */
const LARGEST = 1e6;

/** Embeddings stay within ±6, as in the authors' code. */
const FARTHEST = 6;

/**
 * Hard attention to the task (Serrà, Surís, Miron & Karatzoglou 2018). Each task t learns an embedding e of every hidden layer, and the
 * layer's units count as much as its attention a = σ(s·e) says: h ← a∘h. Within each epoch s rises from 1/s_max at the first batch to
 * s_max at the last one, s = 1/s_max + (s_max − 1/s_max)·(b − 1)/(B − 1), so that attention ends near 0 or 1.
 *
 * With the attention of earlier tasks cumulated, a^{<t} = max over them, the step of the weight from unit j to unit i of the next layer
 * is multiplied by 1 − min(a_i^{<t}, a_j^{<t}), that of a bias by 1 − a_i^{<t}: what earlier tasks use stays as it is. Embeddings'
 * gradients are multiplied by s_max·[cosh(s·e) + 1] / (s·[cosh(e) + 1]), which makes up for the steepness of σ. The loss gets
 * c·Σ a^t·(1 − a^{<t}) / Σ (1 − a^{<t}), the share of the free units that the task takes.
 *
 * Differs: what is multiplied is the optimiser's step, not the gradient; that is the same for SGD, and holds for Adam and weight decay,
 * too. Embeddings take plain steps of the learning rate, whatever the optimiser (the authors use SGD without momentum throughout), and
 * `clipNorm` leaves them alone. No dropout, and the learning rate falls only with a `schedule`. Ask the trainer (`evaluate`, `predict`),
 * not the model, which has no attention.
 */
export class HAT extends CLTrainer<HATOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    taskId: 'test',
    taskBoundaries: true,
    architecture: 'MultiHeadMLP',
    memory: 'attention to units',
  };
  override readonly method = 'hat';
  private readonly embeddings: TaskEmbeddings;
  /** How much of a weight earlier tasks use, from 0 to 1: that share of its step is taken back. Empty in the first task. */
  private readonly used = new PerParameter('use by earlier tasks');
  /** The cumulated attention of all kept tasks but the one in training, which `used` was worked out from. */
  private before: { task: number; attention: Map<string, Float32Array> } | undefined;
  /** The shares of the present step's weights that stay: weight × use, before the step. */
  private staying: [Parameter, Value][] = [];
  /** Ids of the tasks whose units are held back. */
  private kept: number[] = [];
  /** The next batch of the epoch, from 0, and how many an epoch has. */
  private batch = 0;
  private batches = 1;

  /**
   * @param model the network to train, a `MultiHeadMLP`
   * @param options `{c: 0.75, sMax: 400, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & HATOptions> = {}) {
    super(model, options, HAT_DEFAULTS);
    checkNumber('HAT', 'c', this.options.c, { min: 0, max: LARGEST });
    checkNumber('HAT', 'sMax', this.options.sMax, { min: 1, max: LARGEST });
    refuseNormalised('HAT', model, SHARED_STATISTICS);
    this.embeddings = new TaskEmbeddings(model, this.options.seed);
  }

  /** A task's attention σ(s_max·e) to each hidden layer's units, by the layer's name; undefined before the task was begun. */
  attention(task: number): Map<string, Float32Array> | undefined {
    const embeddings = this.embeddings.of(task);
    const attention = (value: number) => 1 / (1 + Math.exp(-this.options.sMax * value));
    return embeddings && new Map([...embeddings].map(([name, e]) => [name, (e.data() as Float32Array).map(attention)]));
  }

  protected override beginTask({ id }: Task, { batchesPerEpoch }: TrainingData): void {
    this.embeddings.add(id);
    this.before = undefined;
    this.batch = 0;
    this.batches = batchesPerEpoch;
  }

  protected override draws(): Record<string, Int32Array> {
    const { batch, batches } = this;
    this.batch = (batch + 1) % batches;
    return { batch: Int32Array.of(batch) };
  }

  protected override loss(k: Kernels, { x, y, task, drawn }: TrainingBatch): Value {
    const s = this.steepness(k, drawn.batch);
    const embeddings = this.embeddings.of(task as number)!;
    const attention = new Map([...embeddings].map(([name, e]) => [name, sigmoid(k, k.mul(k.read(e), s))]));
    const logits = this.model.logits(gated(k, this.model, attention), x, task);
    const before = this.attentionBefore(task as number);
    const free = [...before.values()].flatMap((a) => [...a]).reduce((sum, a) => sum + 1 - a, 0);
    const price = (a: number) => (free === 0 ? 0 : (this.options.c * (1 - a)) / free);
    return [...attention].reduce(
      (sum, [name, a]) => k.add(sum, k.sum(k.mul(a, k.tensor(before.get(name)!.map(price), a.shape)))),
      meanCrossEntropy(k, logits, y),
    );
  }

  protected override adjustGradients(gradients: Gradients, { task }: TrainingBatch): Gradients {
    const { k, used } = this;
    for (const embedding of this.embeddings.of(task as number)!.values()) gradients.delete(embedding);
    const held = [...gradients.keys()].filter((parameter) => used.has(parameter));
    this.staying = held.map((parameter) => [parameter, k.mul(k.read(parameter), k.read(used.of(parameter)))]);
    return gradients;
  }

  protected override afterStep({ raw }: StepGradients, { task, drawn, rate }: TrainingBatch): void {
    const { k } = this;
    const lr = rate ?? k.tensor(Float32Array.of(this.options.lr), []);
    for (const [parameter, staying] of this.staying) {
      const now = k.read(parameter);
      k.assign(parameter, k.add(staying, k.sub(now, k.mul(now, k.read(this.used.of(parameter))))));
    }
    const s = this.steepness(k, drawn.batch);
    for (const embedding of this.embeddings.of(task as number)!.values()) {
      const e = k.read(embedding);
      const gradient = k.mul(raw.get(embedding)!, compensation(k, e, s, this.options.sMax));
      k.assign(embedding, within(k, k.sub(e, k.mul(gradient, lr)), FARTHEST));
    }
  }

  protected override endTask({ id }: Task): void {
    if (!this.kept.includes(id)) this.kept.push(id);
  }

  protected override scores(k: Kernels, x: Value, task: number | undefined): Value {
    const attention = this.attention(task!);
    if (!attention) return super.scores(k, x, task); // before its first step
    const gates = new Map([...attention].map(([name, a]) => [name, k.tensor(a, [a.length])]));
    return this.model.logits(gated(k, this.model, gates), x, task);
  }

  override dispose(): void {
    super.dispose();
    this.embeddings.dispose();
    this.used.dispose();
    this.before = undefined;
  }

  protected override memoryState(): HATState {
    const { embeddings, kept, batch, batches } = this;
    return { embeddings: embeddings.state(), kept: [...kept], batch, batches };
  }

  protected override restoreMemory({ embeddings, kept, batch, batches }: HATState): void {
    const subject = 'HAT.restore';
    checkNumber(subject, 'batches', batches, { min: 1, integer: true });
    checkNumber(subject, 'batch', batch, { min: 0, max: batches - 1, integer: true });
    checkList(subject, 'kept', kept, 0);
    const take = this.embeddings.restored(subject, embeddings);
    const wrong = kept.find((id, i) => !embeddings.tasks.includes(id) || kept.indexOf(id) < i);
    if (wrong !== undefined) throw problem(subject, `it keeps task ${shown(wrong)}`, 'the saved state is damaged');
    take();
    Object.assign(this, { kept: [...kept], batch, batches });
    this.before = undefined;
  }

  /** s at a batch of the epoch; int32 [1] → float32 [1]. */
  private steepness(k: Kernels, batch: Value): Value {
    const { batches } = this;
    return k.gather(k.tensor(steepnesses(batches, this.options.sMax), [batches]), batch);
  }

  /** The cumulated attention of all kept tasks but this one, by layer: 0 where there are none. Worked out once a task, with `used`. */
  private attentionBefore(task: number): Map<string, Float32Array> {
    if (this.before?.task === task) return this.before.attention;
    const attention = new Map(gatedLayers(this.model).map(({ name, units }) => [name, new Float32Array(units)]));
    const others = this.kept.filter((id) => id !== task);
    for (const other of others) {
      for (const [name, a] of this.attention(other)!) {
        const most = attention.get(name)!;
        a.forEach((value, i) => (most[i] = Math.max(most[i], value)));
      }
    }
    this.used.dispose();
    if (others.length > 0) this.workOutUse(attention);
    this.before = { task, attention };
    return attention;
  }

  private workOutUse(attention: ReadonlyMap<string, Float32Array>): void {
    let inputs = Float32Array.of(1); // all tasks use all inputs of the network
    for (const layer of this.model.layers().filter(isShared)) {
      const outputs = attention.get(layer.name)!;
      for (const parameter of layer.parameters()) {
        const use = new Float32Array(elements(parameter.shape));
        const before = parameter.shape.length === 1 ? Float32Array.of(1) : inputs; // a bias has no unit before it
        for (let i = 0; i < use.length; i++) {
          // After a convolution, the channels of one pixel come after those of another.
          const input = before[Math.floor(i / outputs.length) % before.length];
          use[i] = Math.min(outputs[i % outputs.length], input);
        }
        this.used.set(parameter, use);
      }
      inputs = new Float32Array(outputs);
    }
  }
}

/** What `HAT` remembers, as plain JSON. */
interface HATState {
  embeddings: TaskEmbeddingsState;
  kept: readonly number[];
  batch: number;
  batches: number;
}

/** What the library knows of the method. */
export const hat: MethodEntry = {
  name: 'hat',
  label: 'HAT',
  paper: 'Serrà et al. 2018',
  tested: 'masks are 0 or 1; what a task uses stays bit-equal; gradients against finite differences',
  style: { color: '#4477AA', symbol: 'star-triangle-down-open' },
  create: (model, options) => new HAT(model, options),
  needs: HAT.needs,
  relativeCost: 2,
  why: 'each task learns which units it needs, and their weights stay as they are',
  useWhen: 'the task id is known, the network may not grow, and how much of it a task needs should be learnt',
  breaksWhen: 'the task id is hidden at test time, or earlier tasks have taken all units',
  ruleOfThumb: 'c 0.75 and sMax 400; lower c where a task is not learnt, raise it with many tasks to come',
  grid: { c: [0.1, 0.75, 2.5], lr: [0.01, 0.03] },
  inStudies: false,
};
