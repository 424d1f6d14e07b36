import { cutWeights, partsOf } from './cutWeights';
import { byName, isProduct, isTransposed, shapeOf, workOf, WORTH_A_THREAD } from './work';
import type { NodesByName } from './work';
import { nodeName } from './writer';
import type { Attributes, GraphNode } from './writer';

/** A value in blocks: side by side (axis 1, a vector's or a matrix's columns) or one below the other (axis 0). */
interface Blocks {
  readonly names: readonly string[];
  readonly axis: 0 | 1;
  readonly sizes: readonly number[];
}

/**
 * The same graph with its large products in blocks, so that several threads can compute them side by side: by columns where the weight
 * can be kept in columns (then its gradient and its update are, too), else by rows of the left operand. Bias and ReLU follow block by
 * block; what needs the whole gets the blocks put together. Each element is computed from the same numbers as before.
 *
 * @param nodes in the order in which they were written
 * @param outputs outputs that are fetched by name
 * @param most most blocks of a value
 */
export function cutProducts(nodes: readonly GraphNode[], outputs: Iterable<string>, most: number): GraphNode[] {
  const cutter = new Cutter(nodes, new Set([...outputs].map(nodeName)), most);
  for (const node of nodes) cutter.add(node);
  return cutter.written;
}

class Cutter {
  readonly written: GraphNode[] = [];
  private readonly nodes: NodesByName;
  private readonly weights: ReadonlyMap<string, readonly number[]>;
  private readonly blocks = new Map<string, Blocks>();
  private readonly made = new Map<string, string[]>();

  constructor(
    nodes: readonly GraphNode[],
    private readonly fetched: ReadonlySet<string>,
    private readonly most: number,
  ) {
    this.nodes = byName(nodes);
    this.weights = cutWeights(nodes, most);
  }

  add(node: GraphNode): void {
    const { op, inputs } = node;
    const columns = this.weights.get(node.name);
    const first = inputs.length > 0 ? this.blocks.get(nodeName(inputs[0])) : undefined;
    if (node.section === 0 && first) this.addForHost(node, first);
    else if (columns) this.addWeight(node, columns);
    else if (isProduct(node)) this.addProduct(node);
    else if (first && op === 'BiasAdd') {
      const bias = first.axis === 1 ? this.cut(node, inputs[1], { ...first, axis: 0 }) : undefined;
      this.addBlocks(node, first, (part) => [first.names[part], bias?.[part] ?? inputs[1]]);
    } else if (first && op === 'Relu') this.addBlocks(node, first, (part) => [first.names[part]]);
    else this.addWhole(node);
  }

  /** What puts a variable's content in from a whole tensor, and what reads it as one. */
  private addForHost(node: GraphNode, variable: Blocks): void {
    const { op, name, attributes, after } = node;
    if (op === 'AssignVariableOp') {
      const contents = this.cut(node, node.inputs[1], variable);
      const [first, ...others] = variable.names.map((handle, part) => [handle, contents[part]]);
      this.write(node, op, first, attributes, name, [...after, ...others.map((one) => this.write(node, op, one, attributes))]);
    } else {
      const reads = variable.names.map((handle) => this.write(node, op, [handle], attributes));
      this.join(node, reads, 1, name);
    }
  }

  /** A node that holds, reads, changes or computes a value of a cut weight's shape. */
  private addWeight(node: GraphNode, sizes: readonly number[]): void {
    const { op, name, inputs, attributes } = node;
    const blocks: Blocks = { names: [], axis: 1, sizes };
    if (op === 'VarHandleOp') {
      const [rows] = attributes.shape as readonly number[];
      const ofPart = (part: number) => ({
        ...attributes,
        shape: [rows, sizes[part]],
        shared_name: { text: partName(name, part) },
      });
      this.addBlocks(node, blocks, () => [], ofPart);
    } else if (isProduct(node)) {
      const left = this.whole(node, inputs[0]);
      const right = this.cut(node, inputs[1], blocks);
      this.addBlocks(node, blocks, (part) => [left, right[part]]);
    } else {
      this.addBlocks(node, blocks, (part) => inputs.map((input) => this.blocks.get(nodeName(input))?.names[part] ?? input));
    }
  }

  private addProduct(node: GraphNode): void {
    const [left, right] = node.inputs;
    const columns = this.blocks.get(nodeName(right));
    if (columns && this.weights.has(nodeName(right))) {
      const whole = this.whole(node, left);
      return this.addBlocks(node, columns, (part) => [whole, columns.names[part]]);
    }
    const [shape] = node.shapes ?? [];
    const most = Math.min(this.most, Math.floor(workOf(this.nodes, node) / WORTH_A_THREAD));
    const sizes = shape?.length === 2 && !isTransposed(node, 'left') ? partsOf(shape[0], most) : [];
    if (sizes.length < 2) return this.addWhole(node);
    const rows: Blocks = { names: [], axis: 0, sizes };
    const parts = this.cut(node, left, rows);
    const whole = this.whole(node, right);
    this.addBlocks(node, rows, (part) => [parts[part], whole]);
  }

  private addWhole(node: GraphNode): void {
    const { op, name, inputs, attributes, after, shapes } = node;
    const wholes = inputs.map((input) => this.whole(node, input));
    this.write(node, op, wholes, attributes, name, this.waits(after), shapes);
  }

  /** A node once for each block. */
  private addBlocks(
    node: GraphNode,
    like: Blocks,
    inputsOf: (part: number) => readonly string[],
    attributesOf: (part: number) => Attributes = () => node.attributes,
  ): void {
    const { op, name, after, shapes } = node;
    const { axis, sizes } = like;
    const names = sizes.map((size, part) => {
      const ofPart = shapes?.map((shape) => shape.map((n, i) => (i === axis ? size : n)));
      return this.write(
        node,
        op,
        inputsOf(part),
        attributesOf(part),
        partName(name, part),
        this.waits(after, like, part),
        ofPart,
      );
    });
    this.blocks.set(name, { names, axis, sizes });
    if (this.fetched.has(name)) this.join(node, names, axis, name);
  }

  /** What a node, or a part of it, has to wait for: of what is in blocks like its own, its part. */
  private waits(after: readonly string[], like?: Blocks, part = 0): string[] {
    return after.flatMap((one) => {
      const blocks = this.blocks.get(one);
      if (!blocks) return [one];
      const alike = like?.axis === blocks.axis && like.sizes.length === blocks.sizes.length;
      return alike ? [blocks.names[part]] : blocks.names;
    });
  }

  /** A value in such blocks: as it was cut already, else sliced. */
  private cut(user: GraphNode, output: string, { axis, sizes }: Blocks): readonly string[] {
    const blocks = this.blocks.get(nodeName(output));
    if (blocks && blocks.axis === axis && String(blocks.sizes) === String(sizes)) return blocks.names;
    const whole = this.whole(user, output);
    return this.once(`${whole} ${axis} ${String(sizes)} ${user.section}`, () => {
      const shape = shapeOf(this.nodes, output)!;
      const starts = sizes.map((_, part) => sizes.slice(0, part).reduce((total, size) => total + size, 0));
      return sizes.map((size, part) => {
        const along = (at: number, elsewhere: number) => this.integers(user, shape.map((_, i) => (i === axis ? at : elsewhere)), whole); // prettier-ignore
        return this.write(user, 'Slice', [whole, along(starts[part], 0), along(size, -1)], { T: 'float32', Index: 'int32' });
      });
    });
  }

  /** A value as a whole: put together where it is in blocks. */
  private whole(user: GraphNode, output: string): string {
    const blocks = this.blocks.get(nodeName(output));
    if (!blocks || this.fetched.has(nodeName(output))) return output;
    return this.once(`${output} ${user.section}`, () => [this.join(user, blocks.names, blocks.axis)])[0];
  }

  private join(user: GraphNode, parts: readonly string[], axis: 0 | 1, name?: string): string {
    const node = this.write(user, 'Const', [], { dtype: 'int32', value: { data: Int32Array.of(axis), shape: [] } }, undefined, [
      parts[0],
    ]);
    return this.write(user, 'ConcatV2', [...parts, node], { T: 'float32', N: parts.length, Tidx: 'int32' }, name);
  }

  /** A constant vector; in a loop it belongs to each turn, so it comes after something of the turn. */
  private integers(user: GraphNode, values: readonly number[], after: string): string {
    const value = { data: Int32Array.from(values), shape: [values.length] };
    return this.write(user, 'Const', [], { dtype: 'int32', value }, undefined, [nodeName(after)]);
  }

  private once(key: string, make: () => string[]): string[] {
    const made = this.made.get(key) ?? make();
    this.made.set(key, made);
    return made;
  }

  private write(
    { section }: GraphNode,
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    name = `cut${this.written.length}`,
    after: readonly string[] = [],
    shapes?: GraphNode['shapes'],
  ): string {
    this.written.push({ name, op, inputs, attributes, after: [...new Set(after)], section, shapes });
    return name;
  }
}

function partName(name: string, part: number): string {
  return `${name}/part${part}`;
}
