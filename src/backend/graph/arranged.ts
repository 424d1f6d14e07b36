import { cutProducts } from './cutProducts';
import { fuseProducts } from './fuseProducts';
import { inTurn } from './inTurn';
import { byName, workOf, WORTH_A_THREAD } from './work';
import { nodeName } from './writer';
import type { GraphNode } from './writer';

/** What follows the names of the nodes that run in turn. */
const IN_TURN = '/in-turn';

/** A graph, and its forms: what follows the names of what is fed and fetched. Each form computes the same, on the same variables. */
export interface Arranged {
  readonly nodes: readonly GraphNode[];
  readonly forms: readonly [string, ...string[]];
}

/**
 * A recorded graph as it is executed. With one thread its products are fused, that is all. With several, large products are cut, and
 * the graph is there in two forms: side by side, as free threads come, and in turn on one thread, for when the other cores have
 * something else to do. A graph without anything large is in turn only.
 *
 * @param outputs outputs that are fetched by name
 * @param threads threads between operations
 */
export function arranged(nodes: readonly GraphNode[], outputs: readonly string[], threads: number): Arranged {
  if (threads < 2) return { nodes: fuseProducts(nodes, outputs), forms: [''] };
  const sideBySide = fuseProducts(cutProducts(nodes, outputs, threads), outputs);
  const named = byName(sideBySide);
  const isLarge = sideBySide.some((node) => workOf(named, node) >= WORTH_A_THREAD);
  const ordered = inTurn(sideBySide, outputs);
  return isLarge ? { nodes: [...sideBySide, ...renamed(ordered)], forms: ['', IN_TURN] } : { nodes: ordered, forms: [''] };
}

/** All sections once more under other names; variables, and what fills and reads them, are shared. */
function renamed(nodes: readonly GraphNode[]): GraphNode[] {
  const own = new Set(nodes.filter(({ section }) => section !== 0).map(({ name }) => name));
  const rename = (output: string) => (own.has(nodeName(output)) ? inForm(output, IN_TURN) : output);
  return nodes
    .filter(({ section }) => section !== 0)
    .map(({ name, inputs, after, ...rest }) => ({
      ...rest,
      name: rename(name),
      inputs: inputs.map(rename),
      after: after.map(rename),
    }));
}

/** The same output in another form. */
export function inForm(output: string, form: string): string {
  return output.replace(/(:\d+)?$/, `${form}$1`);
}
