import type { GraphNode } from '../../../src/backend/graph/writer';

/** A node of a graph, of section 1 unless told otherwise. */
export function node(name: string, op: string, inputs: string[] = [], more: Partial<GraphNode> = {}): GraphNode {
  return { name, op, inputs, attributes: {}, after: [], section: 1, ...more };
}
