import type { TestContext } from 'node:test';
import type { Model } from '../../src/models';
import type { TrainCall } from '../../src/training';
import { bytes } from '../models/fixtures';

/** All weights of a model as text: equal exactly when no bit differs. */
export const weightBytes = (model: Model): string => model.parameters().map(bytes).join();

/** Everything that is printed from now on until the test ends. */
export function printed(t: TestContext): string[] {
  const lines: string[] = [];
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    t.mock.method(console, level, (...values: unknown[]) => void lines.push(`${level}: ${values.join(' ')}`));
  }
  return lines;
}

/** Options of a training call that interrupts a task after exactly these numbers of its steps, ascending, one a call. */
export function interruptAfter(...steps: number[]): Required<Pick<TrainCall, 'onLosses' | 'probes' | 'signal'>> {
  const left = [...steps];
  let done = 0;
  return {
    onLosses: (losses, firstStep) => void (done = firstStep + losses.length),
    probes: { steps, measure: () => {} }, // no chunk of steps goes beyond a probe
    signal: {
      get aborted() {
        return left[0] === done && left.shift() !== undefined;
      },
    },
  };
}
