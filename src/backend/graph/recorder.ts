import { problem } from '../../utils/errors';
import { GraphWriter } from './writer';
import type { Attributes, Constant, DType } from './writer';
import { GraphLoop } from './loop';
import type { HostNumbers, Value } from '../value';
import { MOST_STEPS, NeedsHost, Node } from './parts';
import type { Branch, Part, Sequence, Slot } from './parts';
import { TensorFlowKernels } from '../tensorflow';
import type { Result } from '../tensorflow';
import type { Variable } from '../variable';

/** How the present part has used a slot. */
interface Use {
  /** The present content, when it has been read. */
  content: Node | undefined;
  /** Nodes that work with that content: the next change waits for them, else TensorFlow would copy (0.3 ms for 784×256). */
  readers: string[];
  /** The last change. */
  change: string | undefined;
}

/**
 * Kernels that compute nothing: they write each operation as a node of a TensorFlow graph. Values of other kernels, and
 * operations of TensorFlow.js on recorded values, are errors: then the step cannot be recorded.
 */
export class Recorder extends TensorFlowKernels {
  /** The graph. */
  readonly graph = new GraphWriter();
  /** Everything that lives in the graph between runs. */
  readonly slots = new Map<Variable | string, Slot>();
  private constants = new Map<string, Node>();
  private sequence: Sequence = [];
  private readonly parts: Part[] = [];
  private part: Part = newPart();
  private uses = new Map<Slot, Use>();
  private loop: GraphLoop | undefined;

  /** Records what `build` does as a sequence of its own. */
  record(build: () => Node[]): Branch {
    const outer = { sequence: this.sequence, part: this.part, uses: this.uses };
    this.sequence = [];
    this.beginPart();
    const results = build().map((result) => this.exported(result));
    this.endPart();
    const { sequence } = this;
    ({ sequence: this.sequence, part: this.part, uses: this.uses } = outer);
    return { sequence, results };
  }

  /**
   * Records one step that a single call runs any number of times, up to `MOST_STEPS`.
   *
   * @param inputs int32 inputs with a row for each step
   * @param count number of steps, int32 []
   * @param build the step; gets its rows of the inputs, returns a single number
   * @returns a sequence with a vector of what the steps returned in its first places
   * @throws when the host takes part in the middle of the step
   */
  recordLoop(inputs: Node[], count: Node, build: (rows: Node[]) => Node): Branch {
    const outer = this.constants;
    this.constants = new Map(); // a constant inside a loop belongs to the loop
    const branch = this.record(() => {
      const losses =
        this.slots.get('losses') ?? this.addSlot('losses', () => new Float32Array(MOST_STEPS), [MOST_STEPS], 'float32');
      const loop = new GraphLoop(this.graph, this.imported(count).output);
      const rows = inputs.map((input) => this.rowOf(input, loop));
      this.loop = loop;
      const result = build(rows);
      const write = this.graph.node('ResourceScatterUpdate', [loop.enter(losses.handle, 'resource'), loop.index, result.output], {
        dtype: 'float32',
        Tindices: 'int32',
      });
      const end = loop.close([write, ...this.changes()]);
      this.loop = undefined;
      this.uses = new Map();
      const read = this.graph.node('ReadVariableOp', [losses.handle], { dtype: 'float32' }, [end]);
      return [new Node([MOST_STEPS], 'float32', `${read}:0`, this.part)];
    });
    this.constants = outer;
    return branch;
  }

  /** A tensor that stays the same over all steps; `source` gives it when the graph is filled. */
  resident(name: string, source: () => Value): Node {
    const { shape, dtype } = source();
    return this.content(this.slots.get(name) ?? this.addSlot(name, source, shape, dtype === 'int32' ? 'int32' : 'float32'));
  }

  /** What is fetched by name from the sequences recorded so far. */
  outputs(): string[] {
    return this.parts.flatMap(({ exports, done }) => [...Array.from(exports, ({ output }) => output), ...(done ? [done] : [])]);
  }

  /** Ends the graph; the returned node runs when all slots have been filled. */
  seal(): string {
    const assigns = [...this.slots.values()].map(({ handle }) => `${handle}/assign`);
    return this.graph.node('Identity', [this.constant(0, 'float32').output], { T: 'float32' }, assigns, 'filled');
  }

  override tensor(data: Float32Array | Int32Array, shape: number[]): Node {
    return this.addConstant({ data: data.slice(), shape });
  }

  override read(variable: Variable): Node {
    return this.content(this.slot(variable));
  }

  override hostCall(inputs: Value[], shape: number[], compute: (...inputs: HostNumbers[]) => Float32Array): Node {
    this.refuseInLoop();
    const nodes = inputs.map((input) => this.exported(this.nodeOf(input)));
    this.endPart();
    const output = new Node(shape, 'float32', '', 'host');
    this.sequence.push({ kind: 'call', inputs: nodes, compute, output });
    this.beginPart();
    return output;
  }

  override hostIf(
    inputs: Value[],
    test: (...inputs: HostNumbers[]) => boolean,
    then: () => Value[],
    otherwise: () => Value[],
  ): Node[] {
    this.refuseInLoop();
    const nodes = inputs.map((input) => this.exported(this.nodeOf(input)));
    this.endPart();
    const branches = [then, otherwise].map((build) => this.record(() => build().map((value) => this.nodeOf(value))));
    const outputs = branches[0].results.map(({ shape, dtype }) => new Node(shape, dtype, '', 'host'));
    this.sequence.push({ kind: 'if', inputs: nodes, test, then: branches[0], otherwise: branches[1], outputs });
    this.beginPart();
    return outputs;
  }

  protected override run(op: string, attributes: Attributes, inputs: Value[], ...results: Result[]): Node[] {
    const nodes = inputs.map((input) => this.nodeOf(input));
    const name = this.graph.node(
      op,
      nodes.map((node) => this.imported(node).output),
      attributes,
      [],
      undefined,
      results.map(({ shape }) => shape),
    );
    for (const node of nodes) if (node.content) this.use(node.content.slot).readers.push(name);
    return results.map(({ shape, dtype }, i) => new Node(shape, dtype, `${name}:${i}`, this.part));
  }

  protected override update(op: string, attributes: Attributes, variables: Variable[], inputs: Value[]): void {
    const slots = variables.map((variable) => this.slot(variable));
    const nodes = inputs.map((input) => this.nodeOf(input));
    this.change(slots, nodes, (names, after) =>
      this.graph.node(op, [...slots.map((slot) => this.handle(slot)), ...names], attributes, after),
    );
  }

  protected override constant(data: number | readonly number[], dtype: 'float32' | 'int32'): Node {
    const key = `${dtype} ${JSON.stringify(data)}`;
    let node = this.constants.get(key);
    if (!node) {
      const numbers = typeof data === 'number' ? [data] : data;
      const shape = typeof data === 'number' ? [] : [data.length];
      node = this.addConstant({ data: dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers), shape });
      this.constants.set(key, node);
    }
    return node;
  }

  private addConstant(value: Constant): Node {
    const dtype = value.data instanceof Int32Array ? 'int32' : 'float32';
    const name = this.graph.node('Const', [], { dtype, value }, this.loop ? [this.loop.pivot] : []);
    return new Node([...value.shape], dtype, `${name}:0`, 'constant');
  }

  private beginPart(): void {
    this.graph.beginSection();
    this.part = newPart();
    this.uses = new Map();
  }

  /** Closes the present part; a node after all its changes makes sure that they are run. */
  private endPart(): void {
    const changes = this.changes();
    if (changes.size)
      this.part.done = `${this.graph.node('Identity', [this.constant(0, 'float32').output], { T: 'float32' }, changes)}:0`;
    this.sequence.push(this.part);
    this.parts.push(this.part);
  }

  /** The last changes of the present part. */
  private changes(): Set<string> {
    return new Set([...this.uses.values()].flatMap(({ change }) => change ?? []));
  }

  /** The row of an input that belongs to the present turn of a loop. */
  private rowOf(input: Node, loop: GraphLoop): Node {
    const axis = this.graph.node('Const', [], { dtype: 'int32', value: { data: new Int32Array(1), shape: [] } }, [loop.pivot]);
    const all = loop.enter(this.imported(input).output, 'int32');
    const row = this.graph.node('GatherV2', [all, loop.index, axis], {
      batch_dims: 0,
      Tparams: 'int32',
      Tindices: 'int32',
      Taxis: 'int32',
    });
    return new Node(input.shape.slice(1), 'int32', `${row}:0`, this.part);
  }

  private handle(slot: Slot): string {
    return this.loop ? this.loop.enter(slot.handle, 'resource') : slot.handle;
  }

  private refuseInLoop(): void {
    if (this.loop) throw new NeedsHost();
  }

  /** The value, marked as one that must come out of the part that computes it. */
  private exported(node: Node): Node {
    if (node.part === 'constant')
      return this.exported(
        this.run('Identity', { T: node.dtype as DType }, [node], { shape: node.shape, dtype: node.dtype as DType })[0],
      );
    if (node.part !== 'host') node.part.exports.add(node);
    return node;
  }

  /** The value as the present part can use it: a value from elsewhere comes in through a placeholder. */
  private imported(node: Node): Node {
    const { part } = this;
    if (node.part === part || node.part === 'constant') return node;
    // The content of a variable that has not changed since is read again: cheaper than carrying it over.
    if (node.content && node.content.version === node.content.slot.version) return this.content(node.content.slot);
    let placeholder = part.imports.get(node);
    if (!placeholder) {
      placeholder = this.graph.node('Placeholder', [], { dtype: node.dtype as DType, shape: node.shape });
      part.imports.set(this.exported(node), placeholder);
    }
    return new Node(node.shape, node.dtype, `${placeholder}:0`, part);
  }

  private content(slot: Slot): Node {
    const use = this.use(slot);
    if (!use.content) {
      const after = use.change ?? this.loop?.pivot;
      const inputs = [this.handle(slot)];
      const name = this.graph.node('ReadVariableOp', inputs, { dtype: slot.dtype }, after ? [after] : [], undefined, [
        slot.shape,
      ]);
      use.content = new Node(slot.shape, slot.dtype, `${name}:0`, this.part, { slot, version: slot.version });
    }
    return use.content;
  }

  /** Records a change of variables: after their earlier change and after everything that works with their content. */
  private change(slots: Slot[], inputs: Node[], write: (inputs: string[], after: Set<string>) => string): void {
    const names = inputs.map((input) => this.imported(input).output);
    const after = new Set<string>();
    for (const slot of slots) {
      const { content, readers, change } = this.use(slot);
      if (content) after.add(content.output.split(':')[0]);
      for (const reader of readers) after.add(reader);
      if (change) after.add(change);
    }
    const name = write(names, after);
    for (const slot of slots) {
      this.uses.set(slot, { content: undefined, readers: [], change: name });
      slot.changes = true;
      slot.version++;
    }
  }

  private use(slot: Slot): Use {
    let use = this.uses.get(slot);
    if (!use) this.uses.set(slot, (use = { content: undefined, readers: [], change: undefined }));
    return use;
  }

  private slot(variable: Variable): Slot {
    return this.slots.get(variable) ?? this.addSlot(variable, variable, variable.shape, variable.dtype);
  }

  private addSlot(
    key: Variable | string,
    source: Variable | (() => Value | Float32Array),
    shape: number[],
    dtype: 'float32' | 'int32',
  ): Slot {
    const { graph } = this;
    const { section } = graph;
    graph.section = 0;
    const text = (value: string) => ({ text: value });
    const name = `slot${this.slots.size}`;
    const handle = graph.node('VarHandleOp', [], { dtype, shape, shared_name: text(name), container: text('') }, [], name);
    const feed = graph.node('Placeholder', [], { dtype, shape }, [], `${name}/feed`);
    graph.node('AssignVariableOp', [handle, feed], { dtype }, [], `${name}/assign`);
    const read = graph.node('ReadVariableOp', [handle], { dtype }, [], `${name}/read`);
    const slot: Slot = { source, shape, dtype, handle, feed, read, changes: false, version: 0 };
    this.slots.set(key, slot);
    graph.section = section;
    return slot;
  }

  private nodeOf(value: Value): Node {
    if (value instanceof Node) return value;
    throw problem(
      'recording',
      'a step uses a value that was not made by its kernels',
      'make it with this.k, or keep it in a Variable',
    );
  }
}

function newPart(): Part {
  return { kind: 'part', imports: new Map(), exports: new Set(), done: undefined };
}
