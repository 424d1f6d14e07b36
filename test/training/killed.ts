import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METHODS } from '../../src/methods';
import type { MethodEntry } from '../../src/methods';
import { architectureFor } from '../../src/models';
import type { CLTrainer, SequenceCall } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';

/** What the process does, and where it ends itself; plain JSON. */
export interface Killed {
  /** Where each method has the folder of its checkpoint. */
  folder: string;
  execution: 'recorded' | 'op-by-op';
  methods: string[];
  everySteps: number;
  /** Kills itself in this method's second task, after so many steps or more. */
  kill?: { method: string; steps: number };
}

const scenario = 'task-incremental';

export function trainerOf({ create, needs }: MethodEntry): CLTrainer<object> {
  const model = smallModel(needs.architecture ?? architectureFor(scenario));
  return create(model, { epochs: 4, lr: 0.02, seed: 3 });
}

/** Learns three tasks, batches of 12, seven an epoch, the last one smaller; gives all there is to know of the trainer, as text. */
export async function learn(trainer: CLTrainer<object>, call: SequenceCall): Promise<string> {
  await trainer.runSequence(easyStream(scenario, 12), call);
  return JSON.stringify(trainer.state());
}

async function main({ folder, execution, methods, everySteps, kill }: Killed): Promise<void> {
  const ends: Record<string, string> = {};
  for (const entry of METHODS.filter(({ name }) => methods.includes(name))) {
    const trainer = trainerOf(entry);
    const onLosses = (losses: Float32Array, firstStep: number) => {
      const inSecond = trainer.model.learnt.length === 1;
      if (kill?.method === entry.name && inSecond && firstStep + losses.length >= kill.steps)
        process.kill(process.pid, 'SIGKILL');
    };
    process.stdout.write(`${entry.name}\n`);
    const checkpoint = { folder: join(folder, entry.name), everySteps };
    ends[entry.name] = await learn(trainer, { execution, onLosses, checkpoint });
  }
  writeFileSync(join(folder, 'ends.json'), JSON.stringify(ends));
}

if (require.main === module) void main(JSON.parse(process.argv[2]) as Killed);
