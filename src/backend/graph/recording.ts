import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problem } from '../../utils/errors';
import type { Kernels } from '../kernels';
import type { Value } from '../value';
import { arranged, inForm } from './arranged';
import { withGraphFolder } from './graphFolder';
import { FasterForm } from './fasterForm';
import { MOST_STEPS, Node } from './parts';
import type { Branch, HostCall, HostIf, Part, Sequence, Slot } from './parts';
import { Recorder } from './recorder';
import type { Variable } from '../variable';

/** What a recording needs of the native backend. */
export interface GraphHost {
  /** Threads between the operations of a graph. */
  readonly threads: number;
  /** Loads a SavedModel folder; returns the session's id. */
  load(folder: string): number;
  /** Runs a part of the graph: feeds tensors by placeholder, returns the fetched ones; they live in the present scope. */
  run(session: number, feeds: readonly string[], tensors: Value[], fetches: readonly string[]): Value[];
  /** Closes a session and frees its variables. */
  close(session: number): void;
  /** The variable's content for the graph; `whenNeeded` is called when something else wants to use the variable. */
  lend(variable: Variable, whenNeeded: () => void): Value;
  /** Ends the loan, with the new content where it changed. */
  endLoan(variable: Variable, content: Value | undefined): void;
  scope<T>(fn: () => T): T;
  tensor(data: Float32Array | Int32Array, shape: number[]): Value;
  toHost(value: Value): Float32Array | Int32Array;
}

/** A recorded training step; made by `Recording.program`. */
export interface Program {
  /** Most steps a call: 1 where the host takes part in the middle of a step. */
  readonly most: number;
  readonly inputs: Readonly<Record<string, Node>>;
  readonly count: Node;
  readonly body: Branch;
}

/** Feeds and fetches of a part by name, worked out once. */
interface PartNames {
  readonly imports: Node[];
  readonly exports: Node[];
  readonly feeds: string[];
  readonly fetches: string[];
}

/**
 * Training steps as a TensorFlow graph. First record programs, then run them: the graph is loaded at the first run. All
 * programs share the variables, which live in the graph from a run on until something else needs them (or `close`); then
 * they go back by themselves, and the next run fetches them again.
 */
export class Recording {
  private readonly recorder = new Recorder();
  private readonly names = new Map<Part, PartNames>();
  private session: number | undefined;
  private holding = false;
  private forms = new FasterForm(['']);

  constructor(
    private readonly host: GraphHost,
    private readonly withKernels: <T>(kernels: Kernels, fn: () => T) => T,
    private readonly looped: boolean,
  ) {}

  /**
   * Records a training step.
   *
   * @param inputs length of each int32 vector the host gives a step
   * @param step one step; returns a single number, e.g. its loss
   * @throws when the step does something that cannot be recorded
   */
  program(inputs: Readonly<Record<string, number>>, step: (k: Kernels, inputs: Record<string, Value>) => Value): Program {
    if (this.session !== undefined) throw problem('Recording', 'it runs already', 'record all programs first');
    const { recorder, looped } = this;
    const names = Object.keys(inputs);
    const nodes = names.map((name) => new Node(looped ? [-1, inputs[name]] : [inputs[name]], 'int32', '', 'host'));
    const count = new Node([], 'int32', '', 'host');
    const build = (rows: Node[]) => step(recorder, Object.fromEntries(rows.map((row, i) => [names[i], row]))) as Node;
    const body = this.withKernels(recorder, () =>
      looped ? recorder.recordLoop(nodes, count, build) : recorder.record(() => [build(nodes)]),
    );
    return { most: looped ? MOST_STEPS : 1, inputs: Object.fromEntries(names.map((name, i) => [name, nodes[i]])), count, body };
  }

  /** A tensor that stays the same over all steps, for use inside `program`; `source` gives it whenever the graph is filled. */
  resident(name: string, source: () => Value): Value {
    return this.recorder.resident(name, source);
  }

  /**
   * Runs a program in one call.
   *
   * @param steps how many, at most `program.most`
   * @param inputs for each input the numbers of all steps, one step after the other
   * @returns what each step returned, [steps]
   */
  run(program: Program, steps: number, inputs: Readonly<Record<string, Int32Array>>): Float32Array {
    this.load();
    const results = new Float32Array(steps);
    for (let done = 0; done < steps;) {
      const count = Math.min(steps - done, this.forms.mostSteps);
      const part = (numbers: Int32Array) =>
        numbers.subarray((done * numbers.length) / steps, ((done + count) * numbers.length) / steps);
      const started = performance.now();
      results.set(this.call(program, count, part, inputs), done);
      this.forms.took(count, performance.now() - started);
      done += count;
    }
    return results;
  }

  /** Gives all variables back with their new content. They do so by themselves when something else uses one of them. */
  endLoans(): void {
    if (!this.holding) return;
    this.holding = false;
    const { host } = this;
    host.scope(() => {
      const changed = this.variables().filter((slot) => slot.changes);
      const reads = changed.map(({ read }) => `${read}:0`);
      const contents = reads.length ? host.run(this.session!, [], [], reads) : [];
      for (const slot of this.variables()) host.endLoan(slot.source as Variable, contents[changed.indexOf(slot)]);
    });
  }

  /** Gives the variables back and frees the graph. */
  close(): void {
    this.endLoans();
    if (this.session !== undefined) this.host.close(this.session);
    this.session = undefined;
  }

  /** Loads the graph, after all programs are recorded; `run` does it by itself. Throws where there is no temporary folder. */
  load(): void {
    this.session ??= this.loaded();
  }

  private loaded(): number {
    return withGraphFolder((folder) => {
      this.recorder.seal();
      const { graph } = this.recorder;
      const { nodes, forms } = arranged(graph.nodes, this.recorder.outputs(), this.host.threads);
      this.forms = new FasterForm(forms);
      writeFileSync(join(folder, 'saved_model.pb'), graph.savedModel(nodes));
      return this.host.load(folder);
    });
  }

  /** A call of the graph for `steps` steps, whose inputs are a part of `inputs`. */
  private call(
    program: Program,
    steps: number,
    part: (numbers: Int32Array) => Int32Array,
    inputs: Readonly<Record<string, Int32Array>>,
  ): Float32Array {
    const { host } = this;
    return host.scope(() => {
      if (!this.holding) this.takeLoans();
      const values = new Map<Node, Value>([[program.count, host.tensor(Int32Array.of(steps), [])]]);
      for (const [name, node] of Object.entries(program.inputs)) {
        const shape = node.shape.map((n) => (n < 0 ? steps : n));
        values.set(node, host.tensor(part(inputs[name]), shape));
      }
      this.runSequence(program.body.sequence, values);
      return host.toHost(values.get(program.body.results[0])!).subarray(0, steps) as Float32Array;
    });
  }

  /** Puts the present content of all slots into the graph; the memory is shared until a step changes it. */
  private takeLoans(): void {
    const slots = [...this.recorder.slots.values()];
    const contents = slots.map((slot) => this.contentOf(slot));
    this.host.run(
      this.session!,
      slots.map(({ feed }) => feed),
      contents,
      ['filled:0'],
    );
    this.holding = true;
  }

  private contentOf({ source, shape }: Slot): Value {
    if (typeof source !== 'function') return this.host.lend(source, () => this.endLoans());
    const content = source();
    return content instanceof Float32Array ? this.host.tensor(content, shape) : content;
  }

  private variables(): Slot[] {
    return [...this.recorder.slots.values()].filter(({ source }) => typeof source !== 'function');
  }

  private runSequence(sequence: Sequence, values: Map<Node, Value>): void {
    for (const item of sequence) {
      if (item.kind === 'part') this.runPart(item, values);
      else if (item.kind === 'call') this.runCall(item, values);
      else this.runIf(item, values);
    }
  }

  private runPart(part: Part, values: Map<Node, Value>): void {
    const { imports, exports, feeds, fetches } = this.namesOf(part);
    if (fetches.length === 0) return;
    const { form } = this.forms;
    const named = (outputs: string[]) => (form ? outputs.map((output) => inForm(output, form)) : outputs);
    const results = this.host.run(
      this.session!,
      named(feeds),
      imports.map((node) => values.get(node)!),
      named(fetches),
    );
    exports.forEach((node, i) => values.set(node, results[i]));
  }

  private runCall({ inputs, compute, output }: HostCall, values: Map<Node, Value>): void {
    const numbers = inputs.map((node) => this.host.toHost(values.get(node)!));
    values.set(output, this.host.tensor(compute(...numbers), output.shape));
  }

  private runIf({ inputs, test, then, otherwise, outputs }: HostIf, values: Map<Node, Value>): void {
    const branch = test(...inputs.map((node) => this.host.toHost(values.get(node)!))) ? then : otherwise;
    this.runSequence(branch.sequence, values);
    outputs.forEach((node, i) => values.set(node, values.get(branch.results[i])!));
  }

  private namesOf(part: Part): PartNames {
    let names = this.names.get(part);
    if (!names) {
      const exports = [...part.exports];
      names = {
        imports: [...part.imports.keys()],
        exports,
        feeds: [...part.imports.values()],
        fetches: [...exports.map((node) => node.output), ...(part.done ? [part.done] : [])],
      };
      this.names.set(part, names);
    }
    return names;
  }
}
