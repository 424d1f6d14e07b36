import { MultiBar, Presets } from 'cli-progress';
import type { SingleBar } from 'cli-progress';
import type { ProgressEvent } from '../training';
import { formatDuration, formatNumber } from '../utils/format';
import type { RunListener } from '../experiments/executors/executor';
import { relativeDuration, runName } from '../experiments/plan';
import type { PlannedRun } from '../experiments/plan';
import type { ExperimentResult } from '../experiments/result';
import { visible } from '../utils/visible';

/** A listener that draws; `note` says something on a line of its own, `close` ends it. */
export type ProgressDisplay = Required<RunListener> & { note(text: string): void; close(): void };

/** Shows a benchmark in progress: bars with time left on a terminal; elsewhere lines, one a run at most every 30 s. */
export function progressDisplay(plan: readonly PlannedRun[], output: NodeJS.WriteStream = process.stderr): ProgressDisplay {
  const overall = new Overall(plan);
  return output.isTTY ? bars(overall, output) : lines(overall, output);
}

/** Share of the whole benchmark that is done, weighted by how long runs take. */
class Overall {
  private readonly started = performance.now();
  private readonly shares = new Map<string, number>();
  private readonly runs: Map<string, PlannedRun>;
  private readonly begun = new Set<string>();
  private total: number;
  private given = 0;
  done = 0;

  constructor(plan: readonly PlannedRun[]) {
    this.runs = new Map(plan.map((run) => [run.id, run]));
    this.total = [...this.runs.values()].reduce((sum, run) => sum + relativeDuration(run), 0);
  }

  nameOf(id: string): string {
    return runName(this.runs.get(id)!);
  }

  begin(id: string): void {
    this.begun.add(id);
  }

  note(id: string, share: number): void {
    this.shares.set(id, share);
  }

  /** A run that was not begun here took no time: it came from the store. False for such a one. */
  finish(id: string): boolean {
    this.done++;
    if (this.begun.has(id)) {
      this.note(id, 1);
      return true;
    }
    this.total -= relativeDuration(this.runs.get(id)!);
    this.given++;
    return false;
  }

  /** Tells once how many came from the store; undefined where none did since. */
  tellGiven(): string | undefined {
    const { given } = this;
    this.given = 0;
    return given === 0 ? undefined : `in store  ${given} of ${this.runs.size} runs, finished before (--force repeats them)`;
  }

  get share(): number {
    const done = [...this.shares].reduce((sum, [id, share]) => sum + share * relativeDuration(this.runs.get(id)!), 0);
    return this.total === 0 ? 1 : done / this.total;
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

function where({ task, nTasks, epoch, epochs }: ProgressEvent): string {
  return `task ${task + 1} of ${nTasks}, epoch ${epoch} of ${epochs}`;
}

function outcome(name: string, { metrics, seconds }: ExperimentResult): string {
  return `${name}: ACC ${formatNumber(metrics.acc)}, BWT ${formatNumber(metrics.bwt)}, ${formatDuration(seconds)}`;
}

/** Least time between two lines of a run that goes on. */
const SILENT_MS = 30_000;

function lines(overall: Overall, output: NodeJS.WriteStream): ProgressDisplay {
  const say = (text: string) => output.write(`${visible(text)}\n`);
  const sayGiven = () => {
    const given = overall.tellGiven();
    if (given !== undefined) say(given);
  };
  const said = new Map<string, number>();
  return {
    started(id) {
      sayGiven();
      overall.begin(id);
      said.set(id, performance.now());
      say(`started   ${overall.nameOf(id)}`);
    },
    progress(id, event) {
      overall.note(id, shareOf(event));
      if (performance.now() - (said.get(id) ?? 0) < SILENT_MS) return;
      said.set(id, performance.now());
      say(`running   ${overall.nameOf(id)}: ${where(event)} (${overall.text})`);
    },
    finished(id, result) {
      if (overall.finish(id)) say(`finished  ${outcome(overall.nameOf(id), result)} (${overall.text})`);
    },
    retried: (id, reason) => say(`crashed   ${overall.nameOf(id)}: ${reason}; running it once more`),
    failed(id, reason) {
      overall.finish(id);
      say(`failed    ${overall.nameOf(id)}: ${reason}`);
    },
    note: say,
    close: sayGiven,
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
  const say = (text: string | undefined) => text !== undefined && multi.log(`${visible(text)}\n`);
  return {
    started(id) {
      say(overall.tellGiven());
      overall.begin(id);
      running.set(id, multi.create(100, 0, { text: overall.nameOf(id) }));
    },
    progress(id, event) {
      overall.note(id, shareOf(event));
      const text = `${overall.nameOf(id)}: ${where(event)}, loss ${formatNumber(event.loss, 3)}, ${event.stepsPerSecond.toFixed(0)} steps/s`;
      running.get(id)?.update(Math.floor(100 * shareOf(event)), { text });
      refresh();
    },
    finished(id, result) {
      end(id);
      if (overall.finish(id)) say(outcome(overall.nameOf(id), result));
      refresh();
    },
    retried(id, reason) {
      end(id);
      say(`${overall.nameOf(id)} crashed: ${reason}; running it once more`);
    },
    failed(id, reason) {
      end(id);
      overall.finish(id);
      say(`${overall.nameOf(id)} failed: ${reason}`);
      refresh();
    },
    note: say,
    close() {
      say(overall.tellGiven());
      multi.update();
      multi.stop();
    },
  };
}
