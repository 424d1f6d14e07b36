/** Number types of graphs. */
export type DType = 'float32' | 'int32' | 'bool' | 'resource';

/** An attribute of a node: a type, a flag, a whole number, a shape, a text, a list of whole numbers, or the numbers of a constant. */
export type Attribute =
  | DType
  | boolean
  | number
  | readonly number[]
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly texts: readonly string[] }
  | Constant;

/** Numbers with a shape. */
export interface Constant {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** Attributes of a node by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** A node of a graph. */
export interface GraphNode {
  readonly name: string;
  /** TensorFlow's name of the operation. */
  readonly op: string;
  /** Outputs of other nodes, `name` or `name:1`. */
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
  /** Nodes that must have run before. */
  readonly after: readonly string[];
  /** The nodes of a section run in the same call, each as often as the others; 0: what fills and reads variables, and those themselves. */
  readonly section: number;
  /** Shapes of its outputs, where it computes something. */
  readonly shapes?: readonly (readonly number[])[];
}

/** The node behind an output, `name` or `name:1`. */
export function nodeName(output: string): string {
  return output.replace(/:\d+$/, '');
}

/** TensorFlow's numbers for the types (types.proto). */
const TYPES: Record<DType, number> = { float32: 1, int32: 3, bool: 10, resource: 20 };
/** A producer version that every TensorFlow from 2.9 on reads and treats as recent. */
const PRODUCER = 1087;

/** The protobuf messages that tfjs-node ships (generated JavaScript without types). */
interface Messages {
  SavedModel: new () => Message & { serializeBinary(): Uint8Array };
  MetaGraphDef: (new () => Message) & { MetaInfoDef: new () => Message };
  GraphDef: new () => Message;
  NodeDef: new () => Message;
  VersionDef: new () => Message;
  AttrValue: (new () => Message) & { ListValue: new () => Message };
  Tensor: new () => Message;
  TensorShape: (new () => Message) & { Dim: new () => Message };
}
type Message = Record<string, (...values: unknown[]) => Message>;

/**
 * Writes a TensorFlow graph node by node and packs it as a SavedModel without variables: what
 * `TF_LoadSessionFromSavedModel` reads.
 */
export class GraphWriter {
  private readonly pb = require('@tensorflow/tfjs-node/dist/proto/api_pb.js') as Messages;
  /** Nodes written so far. */
  readonly nodes: GraphNode[] = [];
  /** The section of the nodes that are written next. */
  section = 0;
  private sections = 0;

  /**
   * Adds a node.
   *
   * @param op TensorFlow's name of the operation
   * @param inputs outputs of other nodes, `name` or `name:1`
   * @param after nodes that must have run before
   * @param name the node's name; made up when left out
   * @param shapes shapes of its outputs
   * @returns the node's name
   */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    after: Iterable<string> = [],
    name = `n${this.nodes.length}`,
    shapes?: GraphNode['shapes'],
  ): string {
    this.nodes.push({ name, op, inputs, attributes, after: [...after], section: this.section, shapes });
    return name;
  }

  /** Begins a new section. */
  beginSection(): void {
    this.section = ++this.sections;
  }

  /**
   * A graph as the content of a file `saved_model.pb`, with the tag `serve`.
   *
   * @param nodes its nodes; default those written
   */
  savedModel(nodes: readonly GraphNode[] = this.nodes): Uint8Array {
    const { pb } = this;
    const graph = new pb.GraphDef();
    for (const node of nodes) graph.addNode(this.nodeMessage(node));
    const versions = new pb.VersionDef();
    versions.setProducer(PRODUCER);
    graph.setVersions(versions);
    const info = new pb.MetaGraphDef.MetaInfoDef();
    info.addTags('serve');
    const meta = new pb.MetaGraphDef();
    meta.setMetaInfoDef(info);
    meta.setGraphDef(graph);
    const model = new pb.SavedModel();
    model.setSavedModelSchemaVersion(1);
    model.addMetaGraphs(meta);
    return model.serializeBinary();
  }

  private nodeMessage({ name, op, inputs, attributes, after }: GraphNode): Message {
    const node = new this.pb.NodeDef();
    node.setName(name);
    node.setOp(op);
    node.setInputList([...inputs, ...after.map((other) => `^${other}`)]);
    const map = node.getAttrMap();
    for (const [key, value] of Object.entries(attributes)) map.set(key, this.attribute(value));
    return node;
  }

  private attribute(value: Attribute): Message {
    const attribute = new this.pb.AttrValue();
    if (typeof value === 'string') attribute.setType(TYPES[value]);
    else if (typeof value === 'boolean') attribute.setB(value);
    else if (typeof value === 'number') attribute.setI(value);
    else if ('text' in value) attribute.setS(Buffer.from(value.text));
    else if ('ints' in value) attribute.setList(this.list().setIList([...value.ints]));
    else if ('texts' in value) attribute.setList(this.list().setSList(value.texts.map((text) => Buffer.from(text))));
    else if ('data' in value) attribute.setTensor(this.constant(value));
    else attribute.setShape(this.shape(value));
    return attribute;
  }

  private list(): Message {
    return new this.pb.AttrValue.ListValue();
  }

  private constant({ data, shape }: Constant): Message {
    const tensor = new this.pb.Tensor();
    tensor.setDtype(TYPES[data instanceof Int32Array ? 'int32' : 'float32']);
    tensor.setTensorShape(this.shape(shape));
    tensor.setTensorContent(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return tensor;
  }

  private shape(sizes: readonly number[]): Message {
    const shape = new this.pb.TensorShape();
    for (const size of sizes) {
      const dimension = new this.pb.TensorShape.Dim();
      dimension.setSize(size);
      shape.addDim(dimension);
    }
    return shape;
  }
}
