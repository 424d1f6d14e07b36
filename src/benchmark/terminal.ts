import { MultiBar, Presets } from 'cli-progress';
import type { SingleBar } from 'cli-progress';
import type { ProgressEvent } from '../training';
import { formatDuration, formatNumber } from '../utils/format';
import type { Experiment, ExperimentResult } from '../experiments/run';
import { estimatedCost } from '../experiments/executors/localProcesses';
import type { PoolListener } from '../experiments/executors/localProcesses';

/** Shows a benchmark in progress: bars with time left on a terminal, plain lines elsewhere. */
export function progressDisplay(
  experiments: readonly Experiment[],
  output: NodeJS.WriteStream = process.stderr,
): PoolListener & { close(): void } {
  const overall = new Overall(experiments);
  return output.isTTY ? bars(overall, output) : lines(overall, output);
}

/** Share of the whole benchmark that is done, weighted by how long experiments take. */
class Overall {
  private readonly started = performance.now();
  private readonly shares = new Map<Experiment, number>();
  private readonly total: number;
  done = 0;

  constructor(readonly experiments: readonly Experiment[]) {
    this.total = experiments.reduce((sum, experiment) => sum + estimatedCost(experiment), 0);
  }

  note(experiment: Experiment, share: number): void {
    this.shares.set(experiment, share);
  }

  finish(experiment: Experiment): void {
    this.note(experiment, 1);
    this.done++;
  }

  get share(): number {
    return [...this.shares].reduce((sum, [experiment, share]) => sum + share * estimatedCost(experiment), 0) / this.total;
  }

  /** `6 of 18 done, about 3 min 10 s left` */
  get text(): string {
    const { share } = this;
    const spent = (performance.now() - this.started) / 1000;
    const left = share > 0.01 && share < 1 ? `, about ${formatDuration((spent / share) * (1 - share))} left` : '';
    return `${this.done} of ${this.experiments.length} done${left}`;
  }
}

function nameOf({ study, label, seed }: Experiment): string {
  return `${study} ${label}, seed ${seed}`;
}

function shareOf({ task, nTasks, step, steps }: ProgressEvent): number {
  return (task + step / steps) / nTasks;
}

function outcome(experiment: Experiment, { metrics, seconds }: ExperimentResult): string {
  return `${nameOf(experiment)}: ACC ${formatNumber(metrics.acc)}, BWT ${formatNumber(metrics.bwt)}, ${formatDuration(seconds)}`;
}

function lines(overall: Overall, output: NodeJS.WriteStream): PoolListener & { close(): void } {
  const say = (text: string) => output.write(`${text}\n`);
  return {
    started: (experiment) => say(`started   ${nameOf(experiment)}`),
    progress: (experiment, event) => overall.note(experiment, shareOf(event)),
    finished(experiment, result) {
      overall.finish(experiment);
      say(`finished  ${outcome(experiment, result)} (${overall.text})`);
    },
    retried: (experiment, reason) => say(`crashed   ${nameOf(experiment)}: ${reason}; running it once more`),
    failed(experiment, reason) {
      overall.finish(experiment);
      say(`failed    ${nameOf(experiment)}: ${reason}`);
    },
    close: () => undefined,
  };
}

const LINE = '{bar} {percentage}% │ {text}';

function bars(overall: Overall, output: NodeJS.WriteStream): PoolListener & { close(): void } {
  const multi = new MultiBar(
    { format: LINE, stream: output, hideCursor: true, clearOnComplete: false, linewrap: false, barsize: 24 },
    Presets.shades_classic,
  );
  const total = multi.create(100, 0, { text: overall.text });
  const running = new Map<Experiment, SingleBar>();
  const end = (experiment: Experiment) => {
    const bar = running.get(experiment);
    if (bar) multi.remove(bar);
    running.delete(experiment);
  };
  const refresh = () => total.update(Math.floor(100 * overall.share), { text: overall.text });
  return {
    started: (experiment) => running.set(experiment, multi.create(100, 0, { text: nameOf(experiment) })),
    progress(experiment, event) {
      overall.note(experiment, shareOf(event));
      const text = `${nameOf(experiment)}: task ${event.task + 1} of ${event.nTasks}, epoch ${event.epoch} of ${event.epochs}, loss ${formatNumber(event.loss, 3)}, ${event.stepsPerSecond.toFixed(0)} steps/s`;
      running.get(experiment)?.update(Math.floor(100 * shareOf(event)), { text });
      refresh();
    },
    finished(experiment, result) {
      end(experiment);
      overall.finish(experiment);
      multi.log(`${outcome(experiment, result)}\n`);
      refresh();
    },
    retried(experiment, reason) {
      end(experiment);
      multi.log(`${nameOf(experiment)} crashed: ${reason}; running it once more\n`);
    },
    failed(experiment, reason) {
      end(experiment);
      overall.finish(experiment);
      multi.log(`${nameOf(experiment)} failed: ${reason}\n`);
      refresh();
    },
    close: () => multi.stop(),
  };
}
