import type { Gradients, Parameter } from '../../autodiff';
import { Variable } from '../../backend';
import type { AdamNumbers, Kernels, Value } from '../../backend';
import { checkChoice, checkNumber, problem, withDefaults } from '../../utils/errors';
import { Optimizer } from './optimizer';
import type { Memory, OptimizerState } from './optimizer';

/** Options of `Adam`. */
export interface AdamOptions {
  /** Learning rate; default 0.001. */
  lr: number;
  /** Decays β₁ of the gradients' average and β₂ of their squares' average, each at least 0 and below 1; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** ε, added to the root of the squares' average; above 0, default 1e-8. */
  eps: number;
  /** L2 penalty: weightDecay·w is added to each gradient (Adam's original form, not AdamW's); default 0. */
  weightDecay: number;
  /** What t counts, see `StepCount`; default `'own'`. */
  stepCount: StepCount;
}

/**
 * What Adam's t counts: `'own'`, the steps of each parameter, as in PyTorch; or `'shared'`, those of the optimiser, as in Keras. They differ
 * for a parameter that comes later, such as the head of a new task while Adam is kept: with `'shared'` it begins as if its gradients had been 0
 * until then, and, after a thousand steps or more, its first ones are about three times as long. So it is where code has one output layer for all tasks and hides outputs.
 */
export type StepCount = 'own' | 'shared';

/** Defaults of `AdamOptions`, those of PyTorch. */
export const ADAM_DEFAULTS: AdamOptions = { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, stepCount: 'own' };

/** Smallest ε that stays above 0 in 32-bit floats: with 0, a weight whose gradient is always 0 would become NaN. */
const SMALLEST_EPS = 1e-30;

/** The bias corrections 1 − β₁ᵗ and 1 − β₂ᵗ, one number each. */
type Age = [first: Variable, second: Variable];
const CORRECTIONS = ['firstCorrection', 'secondCorrection'] as const;

/**
 * Adam (Kingma & Ba 2015, algorithm 1) in the form of PyTorch's `torch.optim.Adam`: g ← g + weightDecay·w; m and v averages of g and g²;
 * w ← w − lr·m̂/(√v̂ + ε), where m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) correct the averages' start at 0, t counted as `stepCount` says.
 *
 * @example new Adam({ lr: 0.001 })
 */
export class Adam extends Optimizer {
  override readonly kind = 'adam';
  /** The options in force. */
  readonly options: Readonly<AdamOptions>;
  protected override readonly shaped = ['mean', 'square'];
  protected override readonly single = CORRECTIONS;

  /** @param options `{lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, stepCount: 'own'}` */
  constructor(options: Partial<AdamOptions> = {}) {
    const all = withDefaults('Adam', options, ADAM_DEFAULTS);
    checkNumber('Adam', 'lr', all.lr, { min: 0 });
    checkNumber('Adam', 'eps', all.eps, { min: SMALLEST_EPS });
    checkNumber('Adam', 'weightDecay', all.weightDecay, { min: 0 });
    checkChoice('Adam', 'stepCount', all.stepCount, ['own', 'shared']);
    super(all.weightDecay);
    this.options = Object.freeze({ ...all, betas: checkedBetas(all.betas) });
  }

  override step(k: Kernels, gradients: Gradients, rate?: Value): void {
    for (const [age, parameters] of this.byAge([...gradients.keys()])) {
      const numbers = this.advance(k, age, rate);
      for (const parameter of parameters) {
        const { variables } = this.memory(parameter);
        const gradient = this.decayed(k, parameter, gradients.get(parameter)!);
        k.adamStep(parameter, variables.get('mean')!, variables.get('square')!, gradient, numbers);
      }
    }
  }

  override stabilityLimit(): undefined {
    return undefined;
  }

  override describe(): string {
    const { lr, betas, eps, weightDecay, stepCount } = this.options;
    const decay = weightDecay ? `, weight decay ${weightDecay}` : '';
    const count = stepCount === 'shared' ? ', one step count for all parameters' : '';
    return `Adam, learning rate ${lr}, β₁ ${betas[0]}, β₂ ${betas[1]}, ε ${eps}${decay}${count}`;
  }

  /** See `Optimizer.restore`. Parameters of the same age share their corrections again. */
  override restore(state: OptimizerState): void {
    super.restore(state);
    const ages = new Map<string, Age>();
    for (const { variables } of this.memories.values()) {
      const own = ageOf(variables)!;
      const key = own.map((variable) => variable.data()[0]).join();
      const age = ages.get(key) ?? own;
      ages.set(key, age);
      setAge(variables, age);
    }
  }

  /**
   * Parameters that have seen the same steps share their bias corrections, so that a step works them out once: those that come
   * together for the first time share new ones, and those whose companions stay behind get a copy of theirs.
   */
  private byAge(parameters: Parameter[]): Map<Age, Parameter[]> {
    if (this.options.stepCount === 'shared') return this.together(parameters);
    const before = new Map<Variable | undefined, Parameter[]>();
    for (const parameter of parameters) {
      const key = this.memory(parameter).variables.get(CORRECTIONS[0]);
      before.set(key, [...(before.get(key) ?? []), parameter]);
    }
    const groups = new Map<Age, Parameter[]>();
    for (const [first, members] of before) {
      const old = first && ageOf(this.memory(members[0]).variables);
      const stay = old && this.sharing(old[0]).length === members.length;
      const age = stay ? old : newAge(old);
      for (const parameter of members) setAge(this.memory(parameter).variables, age);
      groups.set(age, members);
    }
    return groups;
  }

  /** All parameters by the one step count of this optimiser. */
  private together(parameters: Parameter[]): Map<Age, Parameter[]> {
    const known = [...this.memories.values()].flatMap(({ variables }) => [ageOf(variables)].filter((age) => age !== undefined));
    const age = known[0] ?? newAge();
    for (const parameter of parameters) setAge(this.memory(parameter).variables, age);
    return new Map([[age, parameters]]);
  }

  private sharing(correction: Variable): Memory[] {
    return [...this.memories.values()].filter(({ variables }) => variables.get(CORRECTIONS[0]) === correction);
  }

  /**
   * The corrections c = 1 − βᵗ of the next step, from those of the last: c ← β·c + (1 − β). Powers of β would lose four digits in
   * 32-bit floats while t is small. β is taken as the float that the kernel has, so that average and correction fit.
   */
  private advance(k: Kernels, age: Age, rate: Value | undefined): AdamNumbers {
    const { lr, betas, eps } = this.options;
    const [first, second] = age.map((correction, i) => {
      const beta = Math.fround(betas[i]);
      const next = k.add(k.scale(k.read(correction), beta), k.tensor(number(1 - beta), []));
      k.assign(correction, next);
      return next;
    });
    const root = k.sqrt(second);
    const corrected = k.div(root, first);
    return {
      rate: rate ? k.mul(corrected, rate) : k.scale(corrected, lr),
      epsilon: k.scale(root, eps),
      beta1: betas[0],
      beta2: betas[1],
    };
  }
}

/** Corrections of no step yet, or a copy. */
function newAge(old?: Age): Age {
  return CORRECTIONS.map((name, i) => new Variable(`adam/${name}`, [], number(old?.[i].data()[0] ?? 0))) as Age;
}

function ageOf(variables: Map<string, Variable>): Age | undefined {
  const [first, second] = CORRECTIONS.map((name) => variables.get(name));
  return first && second && [first, second];
}

function setAge(variables: Map<string, Variable>, age: Age): void {
  CORRECTIONS.forEach((name, i) => variables.set(name, age[i]));
}

function number(value: number): Float32Array {
  return Float32Array.of(value);
}

function checkedBetas(betas: readonly [number, number]): readonly [number, number] {
  if (!Array.isArray(betas) || betas.length !== 2) throw problem('Adam', 'betas must be two numbers', 'for example [0.9, 0.999]');
  for (const beta of betas as number[]) {
    checkNumber('Adam', 'betas', beta, { min: 0, max: 1 });
    if (Math.fround(beta) === 1) throw problem('Adam', `betas must be below 1, got ${beta}`, 'for example [0.9, 0.999]');
  }
  return Object.freeze([betas[0], betas[1]] as const);
}
