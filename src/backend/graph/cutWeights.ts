import { byName, isPlainProduct, isProduct, isTransposed, shapeOf, workOf, WORTH_A_THREAD } from './work';
import type { NodesByName } from './work';
import { nodeName } from './writer';
import type { GraphNode } from './writer';

/** Operations that work on each element by itself. */
const ELEMENTWISE: readonly string[] = ['AddV2', 'Sub', 'Mul', 'RealDiv', 'Sqrt', 'Exp', 'Log'];
/** Operations that change variables, with the number of their inputs that are variables. */
const CHANGES: Readonly<Record<string, number>> = { ResourceApplyMomentum: 2, ResourceApplyAdam: 3, AssignVariableOp: 1 };

/**
 * The nodes that hold, read, change or compute a value of a large weight's shape and can do so in blocks of columns: the weight, its
 * momentum, what it is held back by, its gradient. The weight itself may be used only as the right operand of products: its columns
 * then give the result's columns, each element computed as before.
 *
 * @param most most blocks
 * @returns for each node the columns of its blocks
 */
export function cutWeights(nodes: readonly GraphNode[], most: number): Map<string, readonly number[]> {
  const named = byName(nodes);
  const users = usersOf(nodes);
  const found = new Map<string, readonly number[]>();
  for (const node of nodes) {
    if (!(node.op in CHANGES) || node.section === 0 || found.has(node.name)) continue;
    const shape = shapeOf(named, node.inputs[0]);
    if (shape?.length !== 2) continue;
    const group = groupOf(node, shape, named, users);
    const columns = group && partsOf(shape[1], Math.min(most, Math.floor(group.work / WORTH_A_THREAD)));
    if (!columns || columns.length < 2) continue;
    for (const name of group.members) found.set(name, columns);
  }
  return found;
}

/** Parts begin at multiples of this: TensorFlow's products then add up each element in the same order as in the whole. */
const ALIGNED = 16;

/** `total` in up to so many parts, about alike. */
export function partsOf(total: number, most: number): number[] {
  const count = Math.max(1, Math.min(most, Math.floor(total / ALIGNED)));
  const end = (part: number) => (part === count ? total : ALIGNED * Math.round((part * total) / count / ALIGNED));
  return Array.from({ length: count }, (_, part) => end(part + 1) - end(part));
}

/** What has to be cut together with a node, and the multiplications of its largest product. */
interface Group {
  readonly members: Set<string>;
  readonly work: number;
}

/** Undefined where something of it cannot be cut. */
function groupOf(
  start: GraphNode,
  shape: readonly number[],
  nodes: NodesByName,
  users: ReadonlyMap<string, GraphNode[]>,
): Group | undefined {
  const members = new Set<string>();
  const open = [start];
  let work = 0;
  for (let node = open.pop(); node; node = open.pop()) {
    if (members.has(node.name)) continue;
    members.add(node.name);
    const sources = sourcesOf(node, nodes);
    if (isProduct(node)) work = Math.max(work, workOf(nodes, node));
    const hasShape = node.op in CHANGES || String(shapeOf(nodes, node.name)) === String(shape);
    if (!sources || !hasShape) return undefined;
    open.push(...sources);
    for (const user of users.get(node.name) ?? []) {
      if (user.section === 0) continue; // filled or read in a call of its own
      if (
        node.op === 'ReadVariableOp' &&
        isPlainProduct(user) &&
        user.shapes?.[0].length === 2 &&
        nodeName(user.inputs[0]) !== node.name
      ) {
        work = Math.max(work, workOf(nodes, user));
      } else open.push(user);
    }
  }
  return { members, work };
}

/** The nodes that a node of the weight's shape has it from; undefined where it cannot be computed in blocks of columns. */
function sourcesOf(node: GraphNode, nodes: NodesByName): GraphNode[] | undefined {
  const { op, inputs } = node;
  const before = inputs.map((input) => nodes.get(nodeName(input))!);
  if (op === 'VarHandleOp') return [];
  if (op === 'Enter' || op === 'ReadVariableOp') return before;
  if (isProduct(node)) return isTransposed(node, 'left') && !isTransposed(node, 'right') ? [] : undefined;
  if (!(op in CHANGES) && !ELEMENTWISE.includes(op)) return undefined;
  return before.filter(({ name }) => shapeOf(nodes, name)?.length !== 0);
}

function usersOf(nodes: readonly GraphNode[]): Map<string, GraphNode[]> {
  const users = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs.map(nodeName))) users.set(name, [...(users.get(name) ?? []), node]);
  }
  return users;
}
