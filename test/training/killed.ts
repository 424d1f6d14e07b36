import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMethod } from '../../src/methods';
import { architectureFor } from '../../src/models';
import type { CLTrainer, SequenceCall } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';

/** What the process does, and where it ends itself; plain JSON. */
export interface Killed {
  /** Where each method has the folder of its checkpoint. */
  folder: string;
  execution: 'recorded' | 'op-by-op';
  learners: Learner[];
  everySteps: number;
  /** Kills itself in this learner's second task, after so many steps or more. */
  kill?: { name: string; steps: number };
}

/** A method with options of its own. */
export interface Learner {
  /** Of the learner, and of its folder. */
  name: string;
  method: string;
  options: object;
}

/** The methods of the first edition, those that keep something in another way, and online EWC: each needs a process of its own. */
export const LEARNERS: readonly Learner[] = [
  ...['naive', 'ewc', 'er', 'gem', 'pnn', 'si', 'lwf', 'der', 'gdumb', 'packnet'].map((name) => ({
    name,
    method: name,
    options: {},
  })),
  { name: 'ewc-online', method: 'ewc', options: { online: true, gamma: 0.9 } },
];

const scenario = 'task-incremental';

export function trainerOf({ method, options }: Learner): CLTrainer<object> {
  const { create, needs } = findMethod(method);
  const model = smallModel(needs.architecture ?? architectureFor(scenario));
  return create(model, { epochs: 4, lr: 0.02, seed: 3, ...options });
}

/** Learns three tasks, batches of 12, seven an epoch, the last one smaller; gives all there is to know of the trainer, as text. */
export async function learn(trainer: CLTrainer<object>, call: SequenceCall): Promise<string> {
  await trainer.runSequence(easyStream(scenario, 12), call);
  return JSON.stringify(trainer.state());
}

async function main({ folder, execution, learners, everySteps, kill }: Killed): Promise<void> {
  const ends: Record<string, string> = {};
  for (const learner of learners) {
    const { name } = learner;
    const trainer = trainerOf(learner);
    const onLosses = (losses: Float32Array, firstStep: number) => {
      const inSecond = trainer.model.learnt.length === 1;
      if (kill?.name === name && inSecond && firstStep + losses.length >= kill.steps) process.kill(process.pid, 'SIGKILL');
    };
    process.stdout.write(`${name}\n`);
    const checkpoint = { folder: join(folder, name), everySteps };
    ends[name] = await learn(trainer, { execution, onLosses, checkpoint });
  }
  writeFileSync(join(folder, 'ends.json'), JSON.stringify(ends));
}

if (require.main === module) void main(JSON.parse(process.argv[2]) as Killed);
