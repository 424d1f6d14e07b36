import type { ScenarioName } from '../../src/data/task';
import { findMethod } from '../../src/methods';
import { architectureFor } from '../../src/models';
import { lifeStream, smallModel } from './fixtures';

/** Learns the stream; gives the matrix and the training steps of each task. */
export async function learnBound(method: string, scenario: ScenarioName) {
  const model = smallModel(architectureFor(scenario));
  const steps: number[] = [];
  const trainer = findMethod(method).create(model, { epochs: 12, lr: 0.05, seed: 1 });
  const { matrix } = await trainer.runSequence(lifeStream(scenario), { onTask: (report) => void steps.push(report.steps) });
  return { matrix, steps, trainer };
}
