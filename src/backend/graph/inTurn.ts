import { byName } from './work';
import { nodeName } from './writer';
import type { GraphNode } from './writer';

/**
 * What is not put in order: what makes a loop, what has no inputs, and what TensorFlow's own optimiser joins with others, which it would
 * do otherwise here. Sums it adds up in another order; so both forms of a graph give the same numbers to the last bit.
 */
const NOT_ORDERED: readonly string[] = [
  ...['Enter', 'Merge', 'Switch', 'LoopCond', 'NextIteration', 'Exit'],
  ...['Const', 'Placeholder', 'ReadVariableOp', 'AddV2'],
];
/** What is put in order, but nothing waits for it: TensorFlow joins a convolution with its bias, which would then wait for itself. */
const NOT_WAITED_FOR = 'Conv2D';

/**
 * The same graph with the operations of each section one after the other, in an order in which they can be computed: one thread computes
 * them, the others are left to somebody else. TensorFlow would hand small operations to a second thread, which takes longer than they do.
 *
 * @param outputs outputs that are fetched by name; what none of them needs is left out of the order
 */
export function inTurn(nodes: readonly GraphNode[], outputs: Iterable<string>): GraphNode[] {
  const needed = neededFor(nodes, outputs);
  const last = new Map<number, string>();
  const before = new Map<string, string>();
  for (const { name, op, section } of inOrder(nodes)) {
    if (section === 0 || NOT_ORDERED.includes(op) || !needed.has(name)) continue;
    const previous = last.get(section);
    if (previous !== undefined) before.set(name, previous);
    if (op !== NOT_WAITED_FOR) last.set(section, name);
  }
  return nodes.map((node) => {
    const previous = before.get(node.name);
    return previous === undefined ? node : { ...node, after: [...new Set([...node.after, previous])] };
  });
}

/** Each node after those of its section that it waits for, else as they were written. */
function inOrder(nodes: readonly GraphNode[]): GraphNode[] {
  const named = byName(nodes);
  const ordered = new Set<GraphNode>();
  const begun = new Set<GraphNode>();
  const add = (node: GraphNode) => {
    if (begun.has(node)) return;
    begun.add(node);
    for (const name of [...node.inputs.map(nodeName), ...node.after]) {
      const source = named.get(name)!;
      if (source.section === node.section) add(source);
    }
    ordered.add(node);
  };
  nodes.forEach(add);
  return [...ordered];
}

function neededFor(nodes: readonly GraphNode[], outputs: Iterable<string>): Set<string> {
  const named = byName(nodes);
  const needed = new Set<string>();
  const open = [...outputs].map(nodeName);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    const { inputs, after } = named.get(name)!;
    open.push(...inputs.map(nodeName), ...after);
  }
  return needed;
}
