import { checkBoolean, checkFunction, problem, shown, withDefaults } from '../../utils/errors';
import type { Executor } from './executor';
import { QueueAddress } from './queue/address';
import type * as asker from './queue/asker';
import { TIMING } from './queue/timing';

/** Options of `viaQueue`. */
export interface ViaQueueOptions {
  /** Where the queue is: `redis://HOST:6379`, or `rediss://USER:PASSWORD@HOST:6379` with TLS; default the environment's `CL_QUEUE_URL`. */
  url?: string;
  /** Whether results that wait on the queue from an earlier call are made anew; default false. */
  force?: boolean;
  /** Hears what is worth knowing, e.g. that there is no worker; default `console.warn`. */
  note?: (message: string) => void;
}

/**
 * Executes runs on other machines: puts them on a queue (BullMQ on a Redis server), from which workers take them (`npm run worker`).
 * A run that is on the queue already is not put there twice. Progress and results come back here; give the executor to `withStore`
 * to keep them. `stop` leaves on the queue what is not done: the same call fetches it later.
 *
 * @param options `url`, `force` and `note`
 * @throws when the URL is none of Redis; `run` throws where the server cannot be reached
 * @example const outcomes = await withStore(viaQueue({ url: 'redis://server:6379' }), openStore('runs')).run(plan);
 */
export function viaQueue(options: ViaQueueOptions = {}): Executor {
  const { url, force, note } = withDefaults<ViaQueueOptions & Required<Omit<ViaQueueOptions, 'url'>>>('viaQueue', options, {
    url: undefined,
    force: false,
    note: (message) => console.warn(message),
  });
  if (url !== undefined && typeof url !== 'string') throw problem('viaQueue', `url must be text, got ${shown(url)}`);
  checkBoolean('viaQueue', 'force', force);
  checkFunction('viaQueue', 'note', note, '(message) => console.warn(message)');
  const address = new QueueAddress(url);
  const { QueueExecutor } = require('./queue/asker') as typeof asker; // BullMQ is loaded where a queue is used
  return new QueueExecutor(address, { force, note }, TIMING);
}
