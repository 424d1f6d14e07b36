import { byName } from './work';
import { nodeName } from './writer';
import type { GraphNode } from './writer';

/**
 * What is not put in order: what makes a loop, what has no inputs, and reads of variables. TensorFlow joins a convolution and its bias;
 * a bias that is read after the convolution would then wait for itself.
 */
const NOT_ORDERED: readonly string[] = [
  ...['Enter', 'Merge', 'Switch', 'LoopCond', 'NextIteration', 'Exit'],
  ...['Const', 'Placeholder', 'ReadVariableOp'],
];

/**
 * The same graph with the operations of each section one after the other, in the order in which they were written: one thread computes
 * them, the others are left to somebody else. TensorFlow would hand small operations to a second thread, which takes longer than they do.
 *
 * @param outputs outputs that are fetched by name; what none of them needs is left out of the order
 */
export function inTurn(nodes: readonly GraphNode[], outputs: Iterable<string>): GraphNode[] {
  const needed = neededFor(nodes, outputs);
  const last = new Map<number, string>();
  return nodes.map((node) => {
    if (node.section === 0 || NOT_ORDERED.includes(node.op) || !needed.has(node.name)) return node;
    const before = last.get(node.section);
    last.set(node.section, node.name);
    return before === undefined ? node : { ...node, after: [...new Set([...node.after, before])] };
  });
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
