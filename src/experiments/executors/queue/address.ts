import { problem, shown } from '../../../utils/errors';

/** What ioredis is given to connect; passwords stand nowhere else. */
export interface Connection {
  host: string;
  port: number;
  username?: string;
  password?: string;
  db: number;
  tls?: { servername?: string };
}

const REMEDY = 'write redis://HOST:6379, or rediss://USER:PASSWORD@HOST:6379 with TLS';

/**
 * Where a queue is. User and password are private fields, so that neither messages nor a look at the object show them.
 */
export class QueueAddress {
  /** For people: scheme, host, port and, where it is not 0, the number of the database; never a user or a password. */
  readonly text: string;
  readonly #connection: Connection;

  /**
   * @param url `redis://` or, with TLS, `rediss://`, with user, password and number of the database as Redis writes them; default
   *   what `CL_QUEUE_URL` says
   * @throws where it is no such URL; what is told of it has no password
   */
  constructor(url: string | undefined = process.env.CL_QUEUE_URL) {
    if (url === undefined || url === '') throw problem('queue', 'no URL is given', `name it, or set CL_QUEUE_URL; ${REMEDY}`);
    this.#connection = connectionOf(url);
    const { host, port, db, tls } = this.#connection;
    const place = host.includes(':') ? `[${host}]` : host;
    this.text = `${tls ? 'rediss' : 'redis'}://${place}:${port}${db === 0 ? '' : `/${db}`}`;
  }

  /** Whether it is reached with TLS. */
  get hasTls(): boolean {
    return this.#connection.tls !== undefined;
  }

  /** For whoever connects. */
  connection(): Connection {
    return { ...this.#connection };
  }

  /** A text of others, such as an error of a client, without the secrets of this address, on one line. */
  without(text: string): string {
    const { password = '' } = this.#connection;
    const secrets = password === '' ? [] : [password, encodeURIComponent(password)];
    return secrets.reduce((clean, secret) => clean.replaceAll(secret, '***'), withoutPassword(text)).split('\n')[0];
  }
}

/** A text in which the users and passwords of URLs are three stars, e.g. a command line. */
export function withoutPassword(text: string): string {
  return text.replace(/(\b[a-z][a-z+.-]*:\/\/)\S*@/gi, '$1***@');
}

function connectionOf(url: string): Connection {
  const wrong = (reason: string) => problem('queue', `${shown(url.replace(/^.*@/s, '***@'))}: ${reason}`, REMEDY);
  let parts: URL;
  try {
    parts = new URL(url);
  } catch {
    throw problem('queue', 'the URL cannot be understood', `${REMEDY}; write @, : and / in a password as %40, %3A and %2F`);
  }
  const { protocol, hostname, port, pathname, search, hash } = parts;
  if (!['redis:', 'rediss:'].includes(protocol)) throw wrong('it does not begin with redis:// or rediss://');
  if (hostname === '') throw wrong('it names no host');
  if (search !== '' || hash !== '') throw wrong('it goes on after the number of the database');
  if (!/^\/?\d{0,4}$/.test(pathname)) throw wrong('what follows the host is no number of a database');
  const username = decoded(parts.username);
  const password = decoded(parts.password) || process.env.CL_QUEUE_PASSWORD;
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    db: Number(pathname.slice(1)),
    ...(username !== '' && { username }),
    ...(password !== undefined && password !== '' && { password }),
    ...(protocol === 'rediss:' && { tls: /^[\d.]+$|:/.test(hostname) ? {} : { servername: hostname } }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw problem('queue', 'a % in user or password of the URL cannot be understood', 'write % as %25');
  }
}
