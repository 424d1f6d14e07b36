import { UnrecoverableError, WaitingError, Worker } from 'bullmq';
import type { Job as QueuedJob } from 'bullmq';
import type { Redis } from 'ioredis';
import { findMethod } from '../../../methods';
import { problem } from '../../../utils/errors';
import { runName } from '../../plan';
import { findStream } from '../../streams';
import { ProcessCrashed, RUN_SCRIPT } from '../runProcess';
import type { QueueAddress } from './address';
import { answerOf } from './answer';
import type { Answer, Told } from './answer';
import { connect, connectionOptions, inWords } from './client';
import { askedBy, ATTEMPTS, JOB, jobId, library, PREFIX, QUEUE, readJob, Refused, speaker } from './job';
import type { Job } from './job';
import { WORKER_CLIENT } from './link';
import { oneLine } from './plainJson';
import { RunProcesses } from './runProcesses';
import type { QueueTiming } from './timing';

/** How a worker works. */
export interface QueueWorkerOptions {
  /** Runs side by side, each in a process of its own. */
  readonly concurrency: number;
  /** Files that register streams and methods of your own, absolute paths. */
  readonly modules: readonly string[];
  /** Hears, line by line, what the worker does. */
  readonly say: (line: string) => void;
  /** What runs in the processes; default: the library's. */
  readonly script?: string;
}

/** How often the same run may lose its worker before it counts as failed. */
const MOST_STALLED = 2;

/** How long ending may take, in milliseconds: without a connection the queue notices by itself that its runs are given back. */
const STOPPING_MS = 5000;

/** Errors of BullMQ that only say that the queue gave a run to somebody else, which is told already. */
const LOST = /Missing lock|lock mismatch|could not renew lock|Missing key|is not in the active state/i;

/** Takes runs off a queue and executes them in processes, so that one that crashes does not end it. */
export class QueueWorker {
  /** How many runs came to an end here, failed ones included. */
  done = 0;
  private readonly processes: RunProcesses;
  private worker: Worker<unknown, Answer> | undefined;
  private client: Redis | undefined;
  private stopping = false;
  private lost = false;

  constructor(
    private readonly address: QueueAddress,
    private readonly options: QueueWorkerOptions,
    private readonly timing: QueueTiming,
  ) {
    const { modules, script = RUN_SCRIPT, concurrency } = options;
    this.processes = new RunProcesses({ modules, script, beside: concurrency });
  }

  /**
   * Connects and begins to take runs.
   *
   * @throws where the queue cannot be reached
   */
  async start(): Promise<void> {
    const { address, timing, options } = this;
    for (const module of options.modules) require(module); // so that their names are known
    this.client = await connect(address, timing, WORKER_CLIENT);
    this.client.on('close', () => this.tellLost());
    this.client.on('ready', () => this.tellBack());
    const worker = (this.worker = new Worker<unknown, Answer>(QUEUE, (job, token) => this.process(job, token!), {
      connection: connectionOptions(address, timing),
      prefix: PREFIX,
      concurrency: options.concurrency,
      lockDuration: timing.lock,
      stalledInterval: timing.stalled,
      maxStalledCount: MOST_STALLED,
      runRetryDelay: timing.reconnect,
    }));
    worker.on('lockRenewalFailed', (jobs) => jobs.forEach((job) => void this.processes.end(job)));
    worker.on('error', (error) => this.tellError(error));
    await worker.waitUntilReady();
  }

  /** Gives the runs that are executed back to the queue, at once, and takes no more. */
  async stop(): Promise<void> {
    this.stopping = true;
    const closing = this.worker?.close();
    await this.processes.endAll();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOPPING_MS)));
    await Promise.race([closing, late]);
    clearTimeout(timer);
    this.client?.disconnect();
  }

  private async process(job: QueuedJob<unknown, Answer>, token: string): Promise<Answer> {
    const { run, library: asker } = this.read(job);
    const name = oneLine(runName(run), 200);
    const tell = (told: Told) => job.updateProgress(told).catch(() => undefined);
    this.options.say(`started   ${name}`);
    try {
      const result = await this.processes.execute(job.id!, run, this.throttled(tell));
      const answer = answerOf(result);
      this.options.say(`finished  ${name} in ${result.seconds.toFixed(1)} s`);
      this.done++;
      return answer;
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof ProcessCrashed)) throw this.failure(name, `${message}${askedBy(asker)}`);
      if (this.stopping) await this.giveBack(job, token, name, tell);
      if (this.processes.wasEnded(job.id!)) {
        this.options.say(`lost      ${name}: the queue did not hear from this worker and gave the run to another`);
        throw new Error('lost');
      }
      return this.crashed(job, name, tell);
    }
  }

  /** A job that cannot be understood is refused: it fails at once, whoever asked is told why. */
  private read(job: QueuedJob<unknown, Answer>): Job {
    try {
      if (job.name !== JOB || !(Number(job.opts.attempts) <= ATTEMPTS)) throw new Refused('it was not put there by this library');
      const read = readJob(job.data);
      if (job.id !== jobId(read.run.id)) throw new Refused('its id is not that of its run');
      findMethod(read.run.spec.method.name);
      findStream(read.run.spec.stream.name);
      return read;
    } catch (error) {
      const reason = oneLine((error as Error).message);
      this.options.say(`refused   ${oneLine(job.id, 40)}: ${reason}`);
      this.done++;
      throw new UnrecoverableError(`refused by the ${speaker()}: ${reason}`);
    }
  }

  /** An error of the run itself would come again. */
  private failure(name: string, reason: string): Error {
    this.options.say(`failed    ${name}: ${oneLine(reason)}`);
    this.done++;
    return new UnrecoverableError(oneLine(reason));
  }

  private async giveBack(job: QueuedJob, token: string, name: string, tell: (told: Told) => Promise<void>): Promise<never> {
    await tell({ again: `its ${speaker().replace(/,.*/, '')} was stopped` });
    await job.moveToWait(token);
    this.options.say(`gave back ${name}`);
    throw new WaitingError();
  }

  /** Another worker may have what this one lacks, e.g. memory. */
  private async crashed(job: QueuedJob, name: string, tell: (told: Told) => Promise<void>): Promise<never> {
    const attempt = job.attemptsMade + 1;
    const reason = `its process on the ${speaker()} crashed`;
    const last = attempt >= Number(job.opts.attempts);
    this.options.say(`crashed   ${name} (attempt ${attempt} of ${job.opts.attempts ?? 1})`);
    if (last) this.done++;
    else await tell({ again: reason });
    throw new Error(last ? `${reason}, ${attempt} times in all` : reason);
  }

  /** Few events reach the queue, the last one of a task always. */
  private throttled(tell: (told: Told) => Promise<void>): Parameters<RunProcesses['execute']>[2] {
    let next = 0;
    return ({ matrix: _, ...progress }) => {
      const now = performance.now();
      if (now < next) return;
      next = now + this.timing.progress;
      void tell({ progress });
    };
  }

  private tellError(error: Error): void {
    if (this.stopping || this.lost || LOST.test(error.message)) return;
    if (/ECONN|ETIMEDOUT|EPIPE|closed|LOADING/i.test(`${(error as NodeJS.ErrnoException).code} ${error.message}`))
      this.tellLost();
    else if (error instanceof SyntaxError) this.options.say(`refused   a job that is no JSON: ${oneLine(error.message)}`);
    else this.options.say(`problem   ${inWords(this.address, error).message}`);
  }

  private tellLost(): void {
    if (this.stopping || this.lost) return;
    this.lost = true;
    this.options.say(
      `${problem(`queue ${this.address.text}`, 'the connection is lost').message}: trying again until it is there`,
    );
  }

  private tellBack(): void {
    if (this.lost) this.options.say(`queue ${this.address.text} is there again`);
    this.lost = false;
  }
}

/** What a worker says when it begins. */
export function greeting(address: QueueAddress, concurrency: number): string {
  const most = concurrency === 1 ? 'one run at a time' : `up to ${concurrency} runs at a time`;
  return `takes runs from ${address.text}, ${most} (continual-learning ${library()})`;
}
