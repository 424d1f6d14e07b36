import { packed } from '../../backend';
import type { TensorState } from '../../backend';
import { checkNumber, problem } from '../../utils/errors';
import { naturalNumbers } from './savedNumbers';

/** More steps than any training has. */
const OLDEST = 1e9;

/** How fast units of a layer are replaced. */
export interface TurnoverOptions {
  /** ρ, the share of the mature units that is replaced at each step. */
  readonly replacementRate: number;
  /** m, the steps a unit is left alone. */
  readonly maturity: number;
  /** η, the decay of the running averages. */
  readonly decay: number;
}

/** Ages and what is due, as plain JSON. */
export interface TurnoverState {
  /** Steps since each unit was made, int32. */
  readonly ages: TensorState;
  /** c, the units that are due to be replaced, below 1. */
  readonly due: number;
  /** Units replaced so far. */
  readonly replaced: number;
}

/**
 * Which units of a layer are replaced, and when (Dohare et al. 2024, algorithm 1). It is decided on the host: when a unit is due depends
 * on ages alone, so utilities are looked at only then.
 */
export class Turnover {
  /** Steps since each unit was made. */
  ages: Int32Array;
  /** Units replaced so far. */
  replaced = 0;
  private due = 0;

  constructor(
    private readonly units: number,
    private readonly options: TurnoverOptions,
  ) {
    this.ages = new Int32Array(units);
  }

  /** Counts a step: c ← c + ρ·(units older than m). Whether a unit is due to be replaced. */
  advance(): boolean {
    const { replacementRate, maturity } = this.options;
    let mature = 0;
    for (let unit = 0; unit < this.units; unit++) if (++this.ages[unit] > maturity) mature++;
    this.due += replacementRate * mature;
    return this.due >= 1;
  }

  /** What makes up for the start of a unit's running averages at 0: 1 / (1 − η^age); 0 before its first step. */
  correction(unit: number): number {
    const age = this.ages[unit];
    return age === 0 ? 0 : 1 / (1 - this.options.decay ** age);
  }

  /**
   * Replaces the units that are due: the least useful of the mature ones. They are as new from then on.
   *
   * @param utility running average of each unit's utility, not corrected
   * @returns for each unit its correction where it is replaced, 0 where it stays
   */
  replace(utility: ArrayLike<number>): Float32Array {
    const corrections = Float32Array.from({ length: this.units }, (_, unit) => this.correction(unit));
    const mature = Array.from(this.ages.keys()).filter((unit) => this.ages[unit] > this.options.maturity);
    mature.sort((a, b) => utility[a] * corrections[a] - utility[b] * corrections[b] || a - b);
    const chosen = mature.slice(0, Math.floor(this.due));
    for (const unit of chosen) this.ages[unit] = 0;
    this.due -= chosen.length;
    this.replaced += chosen.length;
    return corrections.map((value, unit) => (chosen.includes(unit) ? value : 0));
  }

  state(): TurnoverState {
    const { ages, due, replaced } = this;
    return { ages: packed(ages), due, replaced };
  }

  /**
   * What `restore` will do with what `state()` gave, checked: call it when all else is right, too.
   *
   * @throws when it is damaged or of another layer
   */
  restored(subject: string, { ages: saved, due, replaced }: TurnoverState): () => void {
    checkNumber(subject, 'due', due, { min: 0 });
    if (due >= 1) throw problem(subject, `${due} units are due to be replaced`, 'the saved state is damaged');
    checkNumber(subject, 'replaced', replaced, { min: 0, integer: true });
    const ages = naturalNumbers(subject, 'ages', saved, OLDEST, this.units);
    return () => Object.assign(this, { ages, due, replaced });
  }
}
