import type { Model } from '../models';
import type { CLTrainer, MethodNeeds } from '../training';

/** What benchmark, tables, figures, README and the common tests know of a method; stands in the method's own file. */
export interface MethodEntry {
  /** The method's name on the command line and in results. */
  readonly name: string;
  /** For people. */
  readonly label: string;
  /** Where it comes from: authors and year. */
  readonly paper?: string;
  /** What its tests prove of it, in a few words. */
  readonly tested?: string;
  /** How it looks in every figure: a colour `#rrggbb` and a Plotly marker symbol. */
  readonly style: { readonly color: string; readonly symbol: string };
  /** Makes the trainer. */
  readonly create: (model: Model, options?: Record<string, unknown>) => CLTrainer<object>;
  /** What it needs, and where it does not help. */
  readonly needs: MethodNeeds;
  /** How many naive steps one of its steps costs, about; decides the order in which worker processes take runs. */
  readonly relativeCost: number;
  /** What it does against forgetting, in a few words. */
  readonly why: string;
  /** Use when … */
  readonly useWhen: string;
  /** Breaks when … */
  readonly breaksWhen: string;
  /** A rule of thumb for its hyperparameters. */
  readonly ruleOfThumb: string;
  /**
   * Values of its hyperparameters that `npm run tune` tries, each with each, by the name of the option; `lr` is the trainer's. Budgets,
   * e.g. the capacity of a memory, are none: more is better, and costs. Default: nothing to tune.
   */
  readonly grid?: Readonly<Record<string, readonly (number | string | boolean)[]>>;
  /** Its rows in the benchmark's studies, each with what differs from its defaults; default one row with its defaults. */
  readonly studyRows?: readonly {
    readonly label: string;
    readonly options: Readonly<Record<string, number | string | boolean>>;
  }[];
  /** Whether the benchmark's studies run it when no methods are named; default true. */
  readonly inStudies?: boolean;
  /** Whether it takes part in the forward-transfer study; default false. */
  readonly studiesTransfer?: boolean;
  /** Its options as variants of their own in figures (online EWC), by the trainer's `method` name. */
  readonly variants?: readonly { readonly name: string; readonly label: string; readonly style: MethodEntry['style'] }[];
}
