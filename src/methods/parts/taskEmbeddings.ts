import { Parameter } from '../../autodiff';
import { encodeTensor } from '../../backend';
import type { TensorState } from '../../backend';
import type { Model } from '../../models';
import { checkList, isPlainObject, problem, shown } from '../../utils/errors';
import { RandomStream } from '../../utils/random';
import { gatedLayers } from './gates';
import { finiteFloats } from './savedNumbers';

/** Embeddings as plain JSON. */
export interface TaskEmbeddingsState {
  /** Ids of the tasks that have one. */
  readonly tasks: readonly number[];
  /** By layer [tasks, units]; null before the first task. */
  readonly layers: Readonly<Record<string, TensorState>> | null;
}

/** For each task a number for each hidden unit (for convolutions, each channel), which is learnt. They start normally distributed. */
export class TaskEmbeddings {
  private readonly byTask = new Map<number, Map<string, Parameter>>();

  /** @param seed of the first numbers */
  constructor(
    private readonly model: Model,
    private readonly seed: number,
  ) {}

  /** Ids of the tasks that have embeddings, in the order in which they came. */
  get tasks(): number[] {
    return [...this.byTask.keys()];
  }

  /** Gives a task embeddings, if it has none. */
  add(task: number): void {
    if (this.byTask.has(task)) return;
    const first = (name: string, units: number) => {
      const random = new RandomStream(this.seed, `embedding/${name}/task ${task}`);
      return Float32Array.from({ length: units }, () => random.normal());
    };
    this.set(task, new Map(gatedLayers(this.model).map(({ name, units }) => [name, first(name, units)])));
  }

  /** The embeddings of a task by layer, each [units]; undefined where it has none. */
  of(task: number): ReadonlyMap<string, Parameter> | undefined {
    return this.byTask.get(task);
  }

  state(): TaskEmbeddingsState {
    const { tasks, byTask } = this;
    const rows = (name: string, units: number) => {
      const all = new Float32Array(tasks.length * units);
      tasks.forEach((task, row) => all.set(byTask.get(task)!.get(name)!.data(), row * units));
      return encodeTensor(all, [tasks.length, units]);
    };
    const layers = gatedLayers(this.model).map(({ name, units }) => [name, rows(name, units)]);
    return { tasks, layers: tasks.length ? (Object.fromEntries(layers) as Record<string, TensorState>) : null };
  }

  /**
   * What `restore` will do with what `state()` gave, checked: call it when all else is right, too.
   *
   * @throws when it is damaged or of another model
   */
  restored(subject: string, saved: TaskEmbeddingsState): () => void {
    const { tasks, layers } = (saved ?? {}) as Partial<TaskEmbeddingsState>;
    checkList(subject, 'tasks', tasks, 0);
    const wrong = tasks.find((id, i) => !this.model.tasks.some((task) => task.id === id) || tasks.indexOf(id) < i);
    if (wrong !== undefined) throw problem(subject, `there is no task ${shown(wrong)}, or it comes twice`, DAMAGED);
    const own = tasks.length ? gatedLayers(this.model) : [];
    const names = isPlainObject(layers) ? Object.keys(layers) : [];
    if (names.join() !== own.map(({ name }) => name).join()) {
      throw problem(subject, `there are embeddings of ${names.join(', ') || 'nothing'}`, DAMAGED);
    }
    const numbers = own.map(({ name, units }) =>
      finiteFloats(subject, `the embeddings of ${name}`, layers![name], tasks.length * units),
    );
    return () => {
      this.dispose();
      tasks.forEach((task, row) => {
        const part = (i: number) => numbers[i].subarray(row * own[i].units, (row + 1) * own[i].units);
        this.set(task, new Map(own.map(({ name }, i) => [name, part(i)])));
      });
    };
  }

  dispose(): void {
    for (const layers of this.byTask.values()) for (const embedding of layers.values()) embedding.dispose();
    this.byTask.clear();
  }

  private set(task: number, numbers: ReadonlyMap<string, Float32Array>): void {
    const parameter = (name: string, first: Float32Array) => new Parameter(`${name}/task ${task}`, [first.length], first);
    this.byTask.set(task, new Map([...numbers].map(([name, first]) => [name, parameter(name, first)])));
  }
}

const DAMAGED = 'the saved state is damaged';
