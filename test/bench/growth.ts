import type { Engine } from './engine';
import { alternate, standardRequest, summarise, type GrowthResult } from './steps';

/** A curve: the step of a method while one size varies. */
interface Curve {
  method: string;
  variable: GrowthResult['variable'];
  values: number[];
  /** Engines it is measured on, with one thread. */
  engines: string[];
}

const CURVES: Curve[] = [
  { method: 'gem', variable: 'tasks', values: [1, 2, 4, 8], engines: ['native', 'pytorch'] },
  { method: 'pnn', variable: 'tasks', values: [0, 1, 2, 4, 8], engines: ['native', 'pytorch'] },
  { method: 'ewc', variable: 'tasks', values: [1, 4, 16], engines: ['native'] },
  { method: 'ewc-online', variable: 'tasks', values: [1, 4, 16], engines: ['native'] },
  { method: 'naive', variable: 'batch', values: [16, 64, 256], engines: ['native', 'pytorch'] },
  { method: 'naive', variable: 'width', values: [64, 256, 1024], engines: ['native', 'pytorch'] },
];

/** Samples the growth curves need: the largest batch, warm-up and steps. */
export const GROWTH_SAMPLES = 256 * 50;

/** Measures how the step grows with past tasks, batch and width, with one thread. */
export async function measureGrowth(
  engines: Engine[],
  rounds: number,
  quick: boolean,
  tell: (text: string) => void,
): Promise<GrowthResult[]> {
  const results: GrowthResult[] = [];
  for (const { method, variable, values, engines: names } of CURVES) {
    tell(`growth: ${method} with ${variable}`);
    const able = engines.filter(({ spec }) => spec.threads === 1 && names.includes(spec.name));
    const points = quick ? [values[0], values[values.length - 1]] : values;
    const jobs = able.flatMap((engine) =>
      points.map((value) => ({
        engine,
        request: { ...standardRequest(method), warm: 16, steps: method === 'gem' ? 8 : 32, [variable]: value },
        label: method,
        value,
      })),
    );
    const measured = await alternate(jobs, rounds, tell);
    for (const job of jobs) {
      const summary = summarise(job, measured.get(job)!);
      if (summary) results.push({ ...summary, variable, value: job.value });
    }
  }
  return results;
}
