import { checkText } from '../utils/errors';
/** How a training call says that it diverged; errors lose their class on the way out of another process, their words they keep. */
export const DIVERGENCE = {
  exploded: 'the loss exploded',
  notANumber: 'the loss is not a number',
  weights: 'training has diverged',
} as const;

/** Whether the message of an error says that training diverged. */
export function saysDiverged(message: string): boolean {
  checkText('saysDiverged', 'message', message);
  return Object.values(DIVERGENCE).some((words) => message.includes(words));
}
