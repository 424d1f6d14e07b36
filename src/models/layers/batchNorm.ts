import { Parameter, Tape } from '../../autodiff';
import { elements, Variable } from '../../backend';
import type { Kernels, Value } from '../../backend';
import { checkNumber, problem, withDefaults } from '../../utils/errors';

/** Options of a `BatchNorm` layer beyond its units. */
export interface BatchNormOptions {
  /** ε, what is added to the variance before its root is taken; default 1e-5. */
  epsilon?: number;
  /** How far the running mean and variance move towards those of a batch, from 0 to 1; default 0.1. */
  momentum?: number;
}

const DEFAULTS: Required<BatchNormOptions> = { epsilon: 1e-5, momentum: 0.1 };

/**
 * Batch normalisation (Ioffe & Szegedy 2015), as PyTorch's `nn.BatchNorm1d` and `nn.BatchNorm2d`: each unit (of images each channel)
 * becomes γ·(x − mean) / √(variance + ε) + β, with a scale γ that starts at 1 and a shift β that starts at 0.
 *
 * In training steps mean and variance (divided by n) are those of the batch, and the running ones move towards them:
 * running ← (1 − momentum)·running + momentum·batch, with the variance divided by n − 1. Everywhere else, and where the layer is frozen, they
 * are the running ones, which then do not change. A pass is that of a training step where its tape says so: `new Tape(k, { training: true })`.
 * Trainers say so for the loss of a step alone: what methods compute beside it (Fisher information, gradients of the memories of GEM and
 * A-GEM, MIR's look ahead) goes by the running ones, with which each sample has a gradient of its own.
 */
export class BatchNorm {
  /** γ, [units] */
  readonly scale: Parameter;
  /** β, [units] */
  readonly shift: Parameter;
  /** The mean of each unit over the batches so far, the latest most; starts at 0; [units] */
  readonly runningMean: Variable;
  /** Their variance; starts at 1; [units] */
  readonly runningVariance: Variable;
  private readonly options: Required<BatchNormOptions>;

  /**
   * @param name prefix of the parameters' names
   * @param units columns of the inputs, of images channels
   * @param options `{epsilon: 1e-5, momentum: 0.1}`
   */
  constructor(
    readonly name: string,
    units: number,
    options: BatchNormOptions = {},
  ) {
    this.options = withDefaults(name, options, DEFAULTS);
    checkNumber(name, 'units', units, { min: 1, integer: true });
    checkNumber(name, 'epsilon', this.options.epsilon, { min: 1e-12 });
    checkNumber(name, 'momentum', this.options.momentum, { min: 0, max: 1 });
    const ones = new Float32Array(units).fill(1);
    this.scale = new Parameter(`${name}/scale`, [units], ones);
    this.shift = new Parameter(`${name}/shift`, [units]);
    this.runningMean = new Variable(`${name}/runningMean`, [units]);
    this.runningVariance = new Variable(`${name}/runningVariance`, [units], ones);
  }

  /** Size for people, e.g. `256`. */
  get sizes(): string {
    return String(this.scale.shape[0]);
  }

  /** Scale and shift. */
  parameters(): Parameter[] {
    return [this.scale, this.shift];
  }

  /** Running mean and variance. */
  buffers(): Variable[] {
    return [this.runningMean, this.runningVariance];
  }

  /**
   * The normalised inputs; [n, …, units].
   *
   * @throws in a training step whose batch has one value a unit: it has no variance
   */
  forward(k: Kernels, x: Value): Value {
    const training = k instanceof Tape && k.training && !this.parameters().every(({ frozen }) => frozen);
    const { centred, variance } = training ? this.ofBatch(k, x) : this.ofRunning(k, x);
    const deviation = k.sqrt(k.add(variance, k.tensor(Float32Array.of(this.options.epsilon), [1]))); // [units]
    return k.biasAdd(k.mul(k.div(centred, deviation), k.read(this.scale)), k.read(this.shift));
  }

  private ofRunning(k: Kernels, x: Value): { centred: Value; variance: Value } {
    return { centred: k.sub(x, k.read(this.runningMean)), variance: k.read(this.runningVariance) };
  }

  private ofBatch(k: Kernels, x: Value): { centred: Value; variance: Value } {
    const count = elements(x.shape) / x.shape.at(-1)!;
    if (count < 2) {
      throw problem(
        this.name,
        'a training step has a batch of one sample, which has no variance to normalise by',
        'use a batchSize that leaves no single sample for the last batch of an epoch, or a model without normalisation',
      );
    }
    const mean = k.scale(k.columnSums(x), 1 / count); // [units]
    const centred = k.sub(x, mean);
    const squares = k.columnSums(k.mul(centred, centred)); // [units]
    this.move(k, this.runningMean, mean);
    this.move(k, this.runningVariance, k.scale(squares, 1 / (count - 1)));
    return { centred, variance: k.scale(squares, 1 / count) };
  }

  private move(k: Kernels, running: Variable, batch: Value): void {
    const { momentum } = this.options;
    k.assign(running, k.add(k.scale(k.read(running), 1 - momentum), k.scale(batch, momentum)));
  }
}
