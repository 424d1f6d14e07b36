import type { Figure } from '../figures/figure';
import type { ProgressEvent } from '../training/progress';
import { accuracyMatrixFigure } from '../figures/accuracyMatrixFigure';
import { plainFigure } from '../figures/plainFigure';
import { figureImage } from '../figures/svg/svg';
import { checkFunction } from '../utils/errors';
import { progressText } from './progressText';
import { figureBundle } from './show';
import { Throttle } from './throttle';
import { display, type MimeBundle, type Output } from './tslab';

/** At most ten updates a second: some 500 quick messages hang a notebook cell. */
const INTERVAL_MS = 100;

/** An output that follows a training run. */
export interface Live {
  /** Takes what the trainer reports; pass it as `onProgress`. */
  readonly update: (event: ProgressEvent) => void;
  /** Shows the last state; call it when training has ended. */
  readonly done: () => void;
}

/**
 * Makes the figure of an accuracy matrix, [tasks, tasks] with null where nothing was measured; a name per task (`task 3`
 * for one that has not begun).
 */
export type DrawMatrix = (matrix: (number | null)[][], taskNames: string[]) => Figure;

/**
 * One line that follows a training run: task, epoch, loss, accuracy, steps a second, time left. In a notebook and in a
 * terminal it is updated in place, at most ten times a second; elsewhere a line is printed for every epoch.
 */
export function liveProgress(): Live {
  const line = new OneOutput();
  let printed = '';
  const throttle = new Throttle<ProgressEvent>(INTERVAL_MS, (event) => {
    const text = progressText(event);
    if (line.show({ 'text/plain': text })) return;
    if (process.stdout.isTTY) return void process.stdout.write(`\r${fitted(text, process.stdout.columns)}`);
    const epoch = `${event.task}/${event.epoch}`;
    if (epoch !== printed) console.log(text);
    printed = epoch;
  });
  return {
    update: (event) => throttle.push(event),
    done: () => {
      throttle.flush();
      if (process.stdout.isTTY && !line.shown) process.stdout.write('\n');
    },
  };
}

/**
 * A figure that follows a training run: the accuracy matrix, which fills task by task. While training runs it is a picture,
 * drawn anew when the matrix has changed, at most ten times a second; in the end it becomes the figure itself. Outside a
 * notebook it shows nothing.
 *
 * @param draw makes the figure; default `accuracyMatrixFigure`
 */
export function liveFigure(draw: DrawMatrix = (matrix, taskNames) => accuracyMatrixFigure(matrix, { taskNames })): Live {
  checkFunction('liveFigure', 'draw', draw, '(matrix, taskNames) => accuracyMatrixFigure(matrix, { taskNames })');
  const output = new OneOutput();
  const names: string[] = [];
  let drawn = '';
  let latest: ProgressEvent['matrix'];
  const figure = (matrix: (number | null)[][]) =>
    draw(
      matrix,
      matrix.map((_, task) => names[task] ?? `task ${task + 1}`),
    );
  const redraw = () => {
    const state = JSON.stringify([latest, names]);
    if (!latest || state === drawn) return;
    drawn = state;
    const image = figureImage(plainFigure(figure(latest), 'liveFigure'));
    if (image) output.show({ 'text/html': image, 'text/plain': 'accuracy matrix, live' });
  };
  const throttle = new Throttle<null>(INTERVAL_MS, redraw);
  return {
    update: ({ matrix, task, taskName }) => {
      latest = matrix;
      names[task] = taskName;
      throttle.push(null);
    },
    done: () => {
      if (latest) output.show(figureBundle(figure(latest)));
    },
  };
}

/** Text for one line of a terminal, which it fills, so that nothing of a longer text before is left and no second line begins. */
function fitted(text: string, columns = 100): string {
  const width = Math.max(1, columns - 1);
  return text.slice(0, width).padEnd(Math.min(width, 160));
}

/** An output of the cell that made it, created at the first bundle and replaced by the next ones. */
class OneOutput {
  private output: Output | null = null;

  /** Whether something was shown. */
  get shown(): boolean {
    return this.output !== null;
  }

  /** False where there is no notebook. */
  show(bundle: MimeBundle): boolean {
    if (this.output) this.output.update(bundle);
    else this.output = display(bundle);
    return this.output !== null;
  }
}
