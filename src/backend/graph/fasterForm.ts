/** Work in the present form before the other one is tried, ms. */
const BETWEEN_MS = 500;
/** Work of a trial, ms. */
const TRIAL_MS = 10;
/** A form is taken when it needs less than this share of the other one's time. */
const CLEARLY = 0.97;

/**
 * Which form of a graph to run: the faster one, found by trying the other one now and then. All forms give the same numbers, and which
 * one is faster depends on what else the machine is doing.
 */
export class FasterForm {
  private best = 0;
  private tried: number | undefined;
  private msPerStep = Infinity;
  private readonly fresh: Set<number>;
  private readonly spent = { ms: 0, steps: 0 };

  /** @param forms the first one is taken to be the faster one until another one is tried */
  constructor(private readonly forms: readonly [string, ...string[]]) {
    this.fresh = new Set(forms.keys());
  }

  /** The form to run next. */
  get form(): string {
    return this.forms[this.present];
  }

  /** Most steps to run in it before `took` is told about them. */
  get mostSteps(): number {
    if (this.tried === undefined) return Infinity;
    return this.fresh.has(this.tried) ? 1 : Math.ceil(TRIAL_MS / this.msPerStep);
  }

  /** What the steps in the present form took. The first run of a form does not count: TensorFlow optimises the graph in it. */
  took(steps: number, ms: number): void {
    if (this.forms.length === 1 || this.fresh.delete(this.present)) return;
    const { spent } = this;
    spent.ms += ms;
    spent.steps += steps;
    if (spent.ms < (this.tried === undefined ? BETWEEN_MS : TRIAL_MS)) return;
    const msPerStep = spent.ms / spent.steps;
    spent.ms = spent.steps = 0;
    if (this.tried === undefined) {
      this.msPerStep = msPerStep;
      this.tried = (this.best + 1) % this.forms.length;
    } else {
      if (msPerStep < CLEARLY * this.msPerStep) this.best = this.tried;
      this.tried = undefined;
    }
  }

  private get present(): number {
    return this.tried ?? this.best;
  }
}
