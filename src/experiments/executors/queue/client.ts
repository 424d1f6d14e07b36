import type * as ioredis from 'ioredis';
import type { Redis } from 'ioredis';
import { problem } from '../../../utils/errors';
import type { Connection, QueueAddress } from './address';
import { oneLine } from './plainJson';
import type { QueueTiming } from './timing';

/** Options of a connection. */
interface ConnectionOptions extends Connection {
  maxRetriesPerRequest: null;
  keepAlive: number;
  connectTimeout: number;
  retryStrategy: (times: number) => number;
}

/** Options of every connection: it is tried again as often as need be, and what was asked meanwhile is asked then. */
export function connectionOptions(address: QueueAddress, { connect: connectTimeout, reconnect }: QueueTiming): ConnectionOptions {
  return {
    ...address.connection(),
    maxRetriesPerRequest: null,
    keepAlive: 10_000,
    connectTimeout,
    retryStrategy: (times) => Math.min(100 * times, reconnect),
  };
}

/**
 * Connects, so that what is wrong with the address is known before anything else is done.
 *
 * @param name what the server's list of its clients calls the connection
 * @throws where it cannot be reached, or does not let us in; without the password
 */
export async function connect(address: QueueAddress, timing: QueueTiming, name: string): Promise<Redis> {
  const options = connectionOptions(address, timing);
  let there = false;
  let last: Error | undefined;
  const client = new (loadClient().Redis)({
    ...options,
    lazyConnect: true,
    connectionName: name,
    retryStrategy: (times) => (there ? options.retryStrategy(times) : null),
  });
  client.on('error', (error: Error) => (last = error));
  try {
    await client.connect();
    await client.ping();
    there = true;
    return client;
  } catch (error) {
    client.disconnect();
    throw inWords(address, last ?? (error as Error));
  }
}

/** What ioredis prints of itself where `DEBUG` asks for it shows passwords. */
function loadClient(): typeof ioredis {
  const { DEBUG } = process.env;
  if (DEBUG && !DEBUG.endsWith(',-ioredis:*')) process.env.DEBUG = `${DEBUG},-ioredis:*`;
  return require('ioredis') as typeof ioredis;
}

const PASSWORD = 'write user and password into the URL, or the password into CL_QUEUE_PASSWORD';
const TLS = 'write redis:// where the server has no TLS; NODE_EXTRA_CA_CERTS names the file of an authority of your own';

/** What an error of a connection says, what it means, and what can be done. */
const REASONS: [says: RegExp, reason: string, remedy: string][] = [
  [/ECONNREFUSED/, 'nothing answers there', 'start Redis there, or correct host and port'],
  [/ENOTFOUND|EAI_AGAIN/, 'there is no such host', 'correct its name'],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, 'it does not answer', 'correct host and port, or let the firewall pass it'],
  [/NOAUTH/, 'it wants a password', PASSWORD],
  [/WRONGPASS|invalid password/, 'user or password is wrong', PASSWORD],
  [/NOPERM/, 'this user may not do what a queue needs', 'allow all commands on the keys continual-learning:* to it'],
  [/certificate/i, 'its certificate is not trusted', TLS],
  [/EPROTO|wrong version number|SSL|TLS/i, 'it does not speak TLS', TLS],
];

/** An error of a connection as the user reads it, without the password. */
export function inWords(address: QueueAddress, error: Error): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const says = `${code} ${message}`;
  const [, reason, known] = REASONS.find(([pattern]) => pattern.test(says)) ?? [];
  const remedy = /ETIMEDOUT/.test(says) && address.hasTls ? TLS : known; // a server without TLS waits for more
  const text = oneLine(address.without(message || code || 'it closed the connection'), 200);
  return problem(`queue ${address.text}`, reason ?? text, remedy ?? 'look whether it is a Redis server of version 6.2 or newer');
}
