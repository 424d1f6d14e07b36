import { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueAddress } from './address';
import { connect, connectionOptions, inWords } from './client';
import { ATTEMPTS, JOB, jobId, KEPT_SECONDS, PREFIX, QUEUE, runId } from './job';
import type { Job } from './job';
import type { QueueTiming } from './timing';

/** What the connections of workers are called in the server's list of clients. */
export const WORKER_CLIENT = 'continual-learning-worker';

/** What the queue may know of a run. */
export type QueueState = 'absent' | 'waiting' | 'active' | 'completed' | 'failed';

/** What is heard from the queue; every event by the id of the run. */
export interface QueueEars {
  active(id: string): void;
  progress(id: string, data: unknown): void;
  stalled(id: string): void;
  completed(id: string, answer: unknown): void;
  failed(id: string, reason: string): void;
  /** The connection was lost and is there again: events may have been missed. */
  back(): void;
}

/** Most entries of the stream of events; who misses some looks at the runs themselves. */
const MOST_EVENTS = 1000;

/** How long closing may take, in milliseconds; a server that is gone is not waited for. */
const CLOSING_MS = 2000;

/** The connections of a process that asks for runs. */
export class QueueLink {
  private lost = false;
  private closing = false;

  private constructor(
    private readonly address: QueueAddress,
    private readonly client: Redis,
    private readonly queue: Queue,
    private readonly events: QueueEvents,
    private readonly note: (message: string) => void,
  ) {}

  /**
   * Connects and listens.
   *
   * @throws where that cannot be done
   */
  static async open(
    address: QueueAddress,
    timing: QueueTiming,
    ears: QueueEars,
    note: (message: string) => void,
  ): Promise<QueueLink> {
    const client = await connect(address, timing, 'continual-learning');
    const options = { connection: connectionOptions(address, timing), prefix: PREFIX };
    const [newest] = await client.xrevrange(`${PREFIX}:${QUEUE}:events`, '+', '-', 'COUNT', 1);
    const queue = new Queue(QUEUE, { ...options, streams: { events: { maxLen: MOST_EVENTS } } });
    const events = new QueueEvents(QUEUE, { ...options, lastEventId: newest?.[0] ?? '0-0' });
    const link = new QueueLink(address, client, queue, events, note);
    link.listen(ears);
    try {
      await queue.waitUntilReady();
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** What the queue knows of runs, in their order. */
  async states(ids: readonly string[]): Promise<QueueState[]> {
    const found = await Promise.all(ids.map((id) => this.queue.getJobState(jobId(id))));
    return found.map((state) => {
      if (state === 'unknown') return 'absent';
      return state === 'active' || state === 'completed' || state === 'failed' ? state : 'waiting';
    });
  }

  /** Puts runs on the queue; those that are on it already stay as they are. */
  async add(jobs: readonly Job[]): Promise<void> {
    await this.queue.addBulk(
      jobs.map((data) => ({
        name: JOB,
        data,
        opts: {
          jobId: jobId(data.run.id),
          attempts: ATTEMPTS,
          removeOnComplete: { age: KEPT_SECONDS },
          removeOnFail: { age: KEPT_SECONDS },
          stackTraceLimit: 0,
        },
      })),
    );
  }

  /** What became of a run that is done: its answer, or why there is none; undefined where it is gone. */
  async outcome(id: string): Promise<{ answer: unknown; failed?: string } | undefined> {
    const job = await this.queue.getJob(jobId(id));
    if (!job) return undefined;
    const { returnvalue, failedReason } = job as { returnvalue: unknown; failedReason?: string };
    return { answer: returnvalue, ...(failedReason && { failed: failedReason }) };
  }

  /** Takes a run that is done off the queue; nothing where it is executed at the moment. */
  async remove(id: string): Promise<void> {
    await this.queue.remove(jobId(id));
  }

  /** How many processes take runs; undefined where the server does not tell. */
  async workers(): Promise<number | undefined> {
    try {
      const list = (await this.client.client('LIST')) as string;
      return list.split('\n').filter((line) => line.split(' ').includes(`name=${WORKER_CLIENT}`)).length;
    } catch {
      return undefined;
    }
  }

  /** Whether the connection is there. */
  get isThere(): boolean {
    return !this.lost;
  }

  async close(): Promise<void> {
    this.closing = true;
    this.client.disconnect();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSING_MS)));
    const closed = Promise.allSettled([this.events.close(), this.lost ? this.queue.disconnect() : this.queue.close()]);
    await Promise.race([closed, late]);
    clearTimeout(timer);
  }

  private listen(ears: QueueEars): void {
    const { events, queue, client } = this;
    events.on('active', ({ jobId: job }) => ears.active(runId(job)));
    events.on('progress', ({ jobId: job, data }) => ears.progress(runId(job), data));
    events.on('stalled', ({ jobId: job }) => ears.stalled(runId(job)));
    events.on('completed', ({ jobId: job, returnvalue }) => ears.completed(runId(job), returnvalue as unknown));
    events.on('failed', ({ jobId: job, failedReason }) => ears.failed(runId(job), failedReason));
    events.on('error', () => undefined); // the same as the client's, which tells
    queue.on('error', () => undefined);
    client.on('error', (error: Error) => this.tellLost(error));
    client.on('close', () => this.tellLost(new Error('the connection was closed')));
    client.on('ready', () => {
      if (!this.lost) return;
      this.lost = false;
      this.note(`${this.address.text} is there again`);
      ears.back();
    });
  }

  private tellLost(error: Error): void {
    if (this.closing || this.lost) return;
    this.lost = true;
    this.note(`${inWords(this.address, error).message}: trying again until it is there`);
  }
}
