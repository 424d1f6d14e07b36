import type { DType, GraphWriter } from './writer';

/**
 * A loop in a graph: the nodes of one step are written once and run `count` times, one step after the other. A graph that
 * repeats the step's nodes instead runs as fast, but takes five times as long to load and to optimise.
 */
export class GraphLoop {
  /** Number of the step that runs, from 0; int32 []. */
  readonly index: string;
  /** A node of each turn that nodes without inputs have to come after. */
  readonly pivot: string;
  private readonly frame: { text: string };
  private readonly entered = new Map<string, string>();
  private readonly switched: string;
  private readonly next: string;

  /** @param count output that holds the number of turns, int32 [] */
  constructor(
    private readonly graph: GraphWriter,
    count: string,
  ) {
    this.frame = { text: `loop${graph.nodes.length}` };
    const zero = graph.node('Const', [], { dtype: 'int32', value: { data: new Int32Array(1), shape: [] } });
    const first = graph.node('Enter', [zero], { T: 'int32', frame_name: this.frame, is_constant: false, parallel_iterations: 1 });
    const next = `next${graph.nodes.length}`; // written by `close`: the loop's way back
    const merge = graph.node('Merge', [first, next], { T: 'int32', N: 2 });
    const more = graph.node('LoopCond', [graph.node('Less', [merge, this.enter(count, 'int32')], { T: 'int32' })], {});
    this.switched = graph.node('Switch', [merge, more], { T: 'int32' });
    graph.beginSection();
    this.pivot = graph.node('Identity', [`${this.switched}:1`], { T: 'int32' });
    this.index = this.pivot;
    this.next = next;
  }

  /** Brings an output from outside into the loop, the same in every turn. */
  enter(output: string, dtype: DType): string {
    let name = this.entered.get(output);
    if (!name) {
      name = this.graph.node('Enter', [output], { T: dtype, frame_name: this.frame, is_constant: true, parallel_iterations: 1 });
      this.entered.set(output, name);
    }
    return name;
  }

  /**
   * Ends the loop.
   *
   * @param after what a turn must have done before the next one begins
   * @returns a node that runs after the last turn
   */
  close(after: Iterable<string>): string {
    const { graph } = this;
    const one = graph.node('Const', [], { dtype: 'int32', value: { data: new Int32Array([1]), shape: [] } }, [this.pivot]);
    const plusOne = graph.node('AddV2', [this.index, one], { T: 'int32' }, after);
    graph.node('NextIteration', [plusOne], { T: 'int32' }, [], this.next);
    graph.beginSection();
    return graph.node('Exit', [`${this.switched}:0`], { T: 'int32' });
  }
}
