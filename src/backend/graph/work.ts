import { nodeName } from './writer';
import type { GraphNode } from './writer';

/** Products of matrices. */
const PRODUCTS: readonly string[] = ['MatMul', 'BatchMatMulV2', '_FusedMatMul'];

/** Least multiplications that are worth a thread of their own: about 40 µs, where handing them to another thread takes about 10. */
export const WORTH_A_THREAD = 4e6;

/** Nodes by name. */
export type NodesByName = ReadonlyMap<string, GraphNode>;

/** Nodes by name. */
export function byName(nodes: readonly GraphNode[]): Map<string, GraphNode> {
  return new Map(nodes.map((node) => [node.name, node]));
}

/** Whether a node is a product of matrices. */
export function isProduct({ op }: GraphNode): boolean {
  return PRODUCTS.includes(op);
}

/** Whether a product takes its left or right operand transposed. */
export function isTransposed({ attributes }: GraphNode, side: 'left' | 'right'): boolean {
  const names = side === 'left' ? ['transpose_a', 'adj_x'] : ['transpose_b', 'adj_y'];
  return names.some((name) => attributes[name] === true);
}

/** Whether a node is a product of matrices as they are. */
export function isPlainProduct(node: GraphNode): boolean {
  return isProduct(node) && !isTransposed(node, 'left') && !isTransposed(node, 'right');
}

/** Shape of an output, or of the variable behind a handle; undefined where it is not known. */
export function shapeOf(nodes: NodesByName, output: string): readonly number[] | undefined {
  const node = nodes.get(nodeName(output));
  if (!node) return undefined;
  if (node.op === 'Enter') return shapeOf(nodes, node.inputs[0]);
  if (node.op === 'Const') return (node.attributes.value as { shape: readonly number[] }).shape;
  const place = Number(/:(\d+)$/.exec(output)?.[1] ?? 0);
  return node.shapes?.[place] ?? (node.attributes.shape as readonly number[] | undefined);
}

/** Multiplications of a product or a convolution; 0 for every other operation. */
export function workOf(nodes: NodesByName, node: GraphNode): number {
  const { op, inputs, shapes: [shape] = [] } = node;
  if (isProduct(node)) {
    const left = shapeOf(nodes, inputs[0]);
    return left && shape ? size(shape) * left[left.length - (isTransposed(node, 'left') ? 2 : 1)] : 0;
  }
  const filter =
    op === 'Conv2DBackpropFilter'
      ? shape
      : op === 'Conv2D' || op === 'Conv2DBackpropInput'
        ? shapeOf(nodes, inputs[1])
        : undefined;
  const result = op === 'Conv2D' ? shape : filter && shapeOf(nodes, inputs[2]);
  return filter && result ? (size(filter) / filter[filter.length - 1]) * size(result) : 0;
}

/** Number of elements. */
function size(shape: readonly number[]): number {
  return shape.reduce((total, n) => total * n, 1);
}
