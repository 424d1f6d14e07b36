import type { TaskLoaders } from '../training';
import { problem, shown } from '../utils/errors';

/** Throws unless these are the loaders of a stream. */
export function checkLoaders(subject: string, loaders: Partial<TaskLoaders>, names: (keyof TaskLoaders)[]): void {
  const wrong = names.find((name) => !Array.isArray(loaders?.[name]) || (loaders[name] as unknown[]).length === 0);
  if (wrong === undefined) return;
  throw problem(subject, `the stream is ${shown(loaders)}, without ${wrong}`, 'pass a stream, e.g. getSplitMnist()');
}

/** Throws unless this is a trainer. */
export function checkTrainer(subject: string, trainer: unknown): void {
  if (typeof (trainer as { trainTask?: unknown } | null | undefined)?.trainTask === 'function') return;
  throw problem(subject, `the trainer is ${shown(trainer)}`, 'pass a trainer, e.g. new NaiveTrainer(model)');
}
