import type { TestContext } from 'node:test';
import type { Model } from '../../src/models';
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

/** A signal that interrupts at the given looks, counted from 1; the loop looks once after each chunk of steps. */
export class InterruptAt {
  private looks = 0;
  private readonly at: number[];
  constructor(...at: number[]) {
    this.at = at;
  }
  get aborted(): boolean {
    return this.at.includes(++this.looks);
  }
}
