import { MultiBar, Presets } from 'cli-progress';
import type { SingleBar } from 'cli-progress';
import type { ProgressEvent } from '../training';
import { formatDuration, formatNumber } from '../utils/format';
import type { RunListener } from '../experiments/executors/executor';
import { relativeDuration, runName } from '../experiments/plan';
import type { PlannedRun } from '../experiments/plan';
import type { ExperimentResult } from '../experiments/run';

/** A listener that draws; `close` ends it. */
export type ProgressDisplay = Required<RunListener> & { close(): void };

/** Shows a benchmark in progress: bars with time left on a terminal, plain lines elsewhere. */
export function progressDisplay(plan: readonly PlannedRun[], output: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  const overall = new Overall(plan);
  return output.isTTY ? bars(overall, output) : lines(overall, output);
}

/** Share of the whole benchmark that is done, weighted by how long runs take. */
class Overall {
  private readonly started = performance.now();
  private readonly shares = new Map<string, number>();
  private readonly runs: Map<string, PlannedRun>;
  private readonly total: number;
  done = 0;

  constructor(plan: readonly PlannedRun[]) {
    this.runs = new Map(plan.map((run) => [run.id, run]));
    this.total = [...this.runs.values()].reduce((sum, run) => sum + relativeDuration(run), 0);
  }

  nameOf(id: string): string {
    return runName(this.runs.get(id)!);
  }

  note(id: string, share: number): void {
    this.shares.set(id, share);
  }

  finish(id: string): void {
    this.note(id, 1);
    this.done++;
  }

  get share(): number {
    return [...this.shares].reduce((sum, [id, share]) => sum + share * relativeDuration(this.runs.get(id)!), 0) / this.total;
  }

  /** `6 of 18 done, about 3 min 10 s left` */
  get text(): string {
    const { share } = this;
    const spent = (performance.now() - this.started) / 1000;
    const left = share > 0.01 && share < 1 ? `, about ${formatDuration((spent / share) * (1 - share))} left` : '';
    return `${this.done} of ${this.runs.size} done${left}`;
  }
}

function shareOf({ task, nTasks, step, steps }: ProgressEvent): number {
  return (task + step / steps) / nTasks;
}

function outcome(name: string, { metrics, seconds }: ExperimentResult): string {
  return `${name}: ACC ${formatNumber(metrics.acc)}, BWT ${formatNumber(metrics.bwt)}, ${formatDuration(seconds)}`;
}

function lines(overall: Overall, output: NodeJS.WriteStream): ProgressDisplay {
  const say = (text: string) => output.write(`${text}\n`);
  return {
    started: (id) => say(`started   ${overall.nameOf(id)}`),
    progress: (id, event) => overall.note(id, shareOf(event)),
    finished(id, result) {
      overall.finish(id);
      say(`finished  ${outcome(overall.nameOf(id), result)} (${overall.text})`);
    },
    retried: (id, reason) => say(`crashed   ${overall.nameOf(id)}: ${reason}; running it once more`),
    failed(id, reason) {
      overall.finish(id);
      say(`failed    ${overall.nameOf(id)}: ${reason}`);
    },
    close: () => undefined,
  };
}

const LINE = '{bar} {percentage}% │ {text}';

function bars(overall: Overall, output: NodeJS.WriteStream): ProgressDisplay {
  const multi = new MultiBar(
    { format: LINE, stream: output, hideCursor: true, clearOnComplete: false, linewrap: false, barsize: 24 },
    Presets.shades_classic,
  );
  const total = multi.create(100, 0, { text: overall.text });
  const running = new Map<string, SingleBar>();
  const end = (id: string) => {
    const bar = running.get(id);
    if (bar) multi.remove(bar);
    running.delete(id);
  };
  const refresh = () => total.update(Math.floor(100 * overall.share), { text: overall.text });
  return {
    started: (id) => running.set(id, multi.create(100, 0, { text: overall.nameOf(id) })),
    progress(id, event) {
      overall.note(id, shareOf(event));
      const text = `${overall.nameOf(id)}: task ${event.task + 1} of ${event.nTasks}, epoch ${event.epoch} of ${event.epochs}, loss ${formatNumber(event.loss, 3)}, ${event.stepsPerSecond.toFixed(0)} steps/s`;
      running.get(id)?.update(Math.floor(100 * shareOf(event)), { text });
      refresh();
    },
    finished(id, result) {
      end(id);
      overall.finish(id);
      multi.log(`${outcome(overall.nameOf(id), result)}\n`);
      refresh();
    },
    retried(id, reason) {
      end(id);
      multi.log(`${overall.nameOf(id)} crashed: ${reason}; running it once more\n`);
    },
    failed(id, reason) {
      end(id);
      overall.finish(id);
      multi.log(`${overall.nameOf(id)} failed: ${reason}\n`);
      refresh();
    },
    close: () => multi.stop(),
  };
}
