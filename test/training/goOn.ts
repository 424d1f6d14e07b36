import { readFileSync, writeFileSync } from 'node:fs';
import type { TrainerState } from '../../src/training';
import { learnAll, trainerOf } from './lives';
import type { LifePlan } from './lives';

/** A process of its own: reads saved trainers from a file, lets each learn the rest of its stream, writes what came out. */
async function main([from, to]: string[]): Promise<void> {
  const saved = JSON.parse(readFileSync(from, 'utf8')) as { plan: LifePlan; state: TrainerState }[];
  const ends: string[] = [];
  for (const { plan, state } of saved) {
    const trainer = trainerOf(plan);
    trainer.restore(state);
    ends.push(await learnAll(trainer, plan));
  }
  writeFileSync(to, JSON.stringify(ends));
}

void main(process.argv.slice(2));
