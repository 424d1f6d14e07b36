import type { ProgressEvent } from '../training/progress';
import { formatDuration, formatNumber, shortened } from '../utils/format';
import { visibleLine } from '../utils/visible';

const CELLS = 10;
/** Characters of a name: the line must not break, it is written again and again in one place. */
const NAME = 48;

/** `███░░░░░░░ task 2/5 (digits 2/3) · epoch 1/5 · loss 0.123 · accuracy 0.980 · 940 steps/s · 12 s left`. */
export function progressText(event: ProgressEvent): string {
  const { task, nTasks, taskName, epoch, epochs, step, steps, loss, stepsPerSecond, secondsLeft, accuracy } = event;
  const share = Math.min(1, (task + (steps > 0 ? step / steps : 0)) / nTasks);
  const filled = Math.round(share * CELLS);
  const ended = step >= steps && task === nTasks - 1;
  return [
    `${'█'.repeat(filled)}${'░'.repeat(CELLS - filled)} task ${task + 1}/${nTasks}${taskName ? ` (${shortened(visibleLine(taskName).replace(/\s+/g, ' '), NAME)})` : ''}`,
    `epoch ${epoch}/${epochs}`,
    `loss ${formatNumber(loss, 3)}`,
    ...(accuracy === undefined ? [] : [`accuracy ${formatNumber(accuracy, 3)}`]),
    `${Math.round(stepsPerSecond)} steps/s`,
    ended ? 'done' : `${Number.isFinite(secondsLeft) ? formatDuration(Math.max(0, secondsLeft)) : '…'} left`,
  ].join(' · ');
}
