import { Parameter } from '../../src/autodiff';
import type { Kernels, Value } from '../../src/backend';
import { Model, registerArchitecture, type Layer } from '../../src/models';
import { Linear } from '../../src/models/layers/linear';
import { RandomStream } from '../../src/utils/random';

/** Options of `ScaledMLP`. */
export interface ScaledOptions {
  readonly inputSize: number;
  readonly width: number;
  readonly nClasses: number;
  readonly seed: number;
}

/** A scale for each unit. */
class Scale implements Layer {
  readonly name = 'scale';
  readonly weight: Parameter;
  constructor(width: number, random: RandomStream) {
    this.weight = new Parameter(
      'scale/weight',
      [1, width],
      Float32Array.from({ length: width }, () => 1 + 0.2 * random.normal()),
    );
  }
  get sizes(): string {
    return String(this.weight.shape[1]);
  }
  parameters(): Parameter[] {
    return [this.weight];
  }
}

/** A user's own architecture: each hidden unit has a learnable scale, whose gradients do not come as factors. */
export class ScaledMLP extends Model {
  static override readonly recordable: boolean = true;
  readonly architecture = 'ScaledMLP';
  readonly inputSize: number;
  private readonly hidden: Linear;
  private readonly scale: Scale;
  private readonly head: Linear;

  constructor(private readonly options: ScaledOptions) {
    super();
    this.inputSize = options.inputSize;
    const random = new RandomStream(options.seed, 'initialisation');
    this.hidden = new Linear('hidden', options.inputSize, options.width, random);
    this.scale = new Scale(options.width, random);
    this.head = new Linear('head', options.width, options.nClasses, random);
  }

  config(): ScaledOptions {
    return { ...this.options };
  }

  layers(): Layer[] {
    return [this.hidden, this.scale, this.head];
  }

  logits(k: Kernels, x: Value): Value {
    const h = k.relu(this.hidden.forward(k, x)); // [n, width]
    return this.head.forward(k, k.mul(h, k.read(this.scale.weight))); // [n, classes]
  }
}

registerArchitecture({
  name: 'ScaledMLP',
  needs: { taskId: false, outputs: 'fixed', how: 'all tasks share the same outputs' },
  create: (options: ScaledOptions) => new ScaledMLP(options),
});
