import { Tape } from '../autodiff';
import { backend } from '../backend';
import type { Kernels, Value } from '../backend';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import type { TrainerOptions, TrainingBatch } from '../training';
import { checkNumber, problem } from '../utils/errors';
import type { MethodEntry } from './entry';
import { readingAs } from './parts/readingAs';
import type { StoredRows } from './parts/slotMemory';
import { STEP_REPLAY_DEFAULTS, StepReplay } from './parts/stepReplay';
import type { StepReplayOptions } from './parts/stepReplay';

/** Options of `MIR` beyond those of every method. */
export interface MIROptions extends StepReplayOptions {
  /** Candidates drawn for each stored sample that is replayed; default 3. */
  candidates: number;
}

/** Defaults of `MIROptions`. */
export const MIR_DEFAULTS: MIROptions = { ...STEP_REPLAY_DEFAULTS, candidates: 3 };

/**
 * Maximally interfered retrieval (Aljundi et al. 2019, ER-MIR): of randomly drawn stored samples those are replayed whose loss would
 * rise most by a step on the new batch alone, s(x) = ℓ(x; θ − lr·g) − ℓ(x; θ). The loss is the mean over new and chosen samples.
 *
 * The step that is tried is one of plain SGD, whatever the optimiser. A choice of the host in the middle of each step.
 */
export class MIR extends StepReplay<MIROptions> {
  static override readonly recordable: boolean = true;
  override readonly method = 'mir';
  protected override readonly drawsPerStep: number = 1;

  /**
   * @param model the network to train
   * @param options `{capacity: 1000, replayRatio: 1, buffer: 'reservoir', candidates: 3, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & MIROptions> = {}) {
    super(model, options, MIR_DEFAULTS);
    checkNumber('MIR', 'candidates', this.options.candidates, { min: 1, max: 1000 });
    if (this.options.replayRatio === 0) throw problem('MIR', 'replayRatio 0 replays nothing', 'use 1, or NaiveTrainer');
  }

  protected override replayCount(batchSize: number): number {
    return Math.round(this.chosen(batchSize) * this.options.candidates);
  }

  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    const [stored] = this.replayed(k, batch);
    const count = Math.min(this.chosen(batch.size), stored.y.shape[0]);
    const share = this.choice(batch, stored, count); // 1 for the chosen, [candidates, 1]
    const own = k.crossEntropy(this.model.logits(k, batch.x, batch.task), batch.y).losses;
    const past = k.crossEntropy(this.logitsOf(k, stored, batch), stored.y).losses;
    const chosen = k.mul(k.reshape(past, [stored.y.shape[0], 1]), share);
    return k.scale(k.add(k.sum(own), k.sum(chosen)), 1 / (batch.size + count));
  }

  /** Stored samples that are replayed with a batch. */
  private chosen(batchSize: number): number {
    return Math.round(batchSize * this.options.replayRatio);
  }

  /** 1 for the candidates whose loss would rise most, 0 for the others; [candidates, 1]. */
  private choice(batch: TrainingBatch, stored: StoredRows, count: number): Value {
    const { kernels: k } = backend();
    const tape = new Tape(k);
    const gradients = tape.gradients(meanCrossEntropy(tape, this.model.logits(tape, batch.x, batch.task), batch.y));
    const ahead = readingAs(k, (variable, content) => {
      const gradient = gradients.get(variable as never);
      return gradient ? k.sub(content, batch.rate ? k.mul(gradient, batch.rate) : k.scale(gradient, this.options.lr)) : content;
    });
    const [now, then] = [k, ahead].map((kernels) => k.crossEntropy(this.logitsOf(kernels, stored, batch), stored.y).losses);
    const rise = k.sub(then, now);
    const n = stored.y.shape[0];
    return k.hostCall([rise], [n, 1], (scores) => largest(scores, count));
  }
}

/** 1 at the `count` largest scores (of equal ones the first), else 0. */
export function largest(scores: ArrayLike<number>, count: number): Float32Array {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b] - scores[a] || a - b);
  const chosen = new Float32Array(scores.length);
  for (const i of order.slice(0, count)) chosen[i] = 1;
  return chosen;
}

/** What the library knows of the method. */
export const mir: MethodEntry = {
  name: 'mir',
  label: 'MIR',
  paper: 'Aljundi et al. 2019',
  tested: 'the chosen samples against brute force',
  style: { color: '#6699CC', symbol: 'diamond-dot' },
  create: (model, options) => new MIR(model, options),
  needs: MIR.needs,
  relativeCost: 6,
  why: 'the stored samples that a step would harm most are learnt again',
  useWhen: 'as ER, one pass over the data, where choosing well is worth three times the work',
  breaksWhen: 'time is short, or the memory is so small that there is nothing to choose from',
  ruleOfThumb: 'three to five candidates for each sample replayed',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  inStudies: false,
};
