import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import { QueueAddress } from '../../../../src/experiments/executors/queue/address';
import type { QueueTiming } from '../../../../src/experiments/executors/queue/timing';

/** Times that make a test short: a worker that was killed is noticed after 1.5 to 2 seconds. */
export const QUICK: QueueTiming = { lock: 1500, stalled: 500, look: 500, progress: 50, connect: 1000, reconnect: 100 };

/** The path of a program on PATH. */
function find(name: string): string | undefined {
  const files = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Why tests that need a program cannot run here, for `{ skip }`; false where they can. With CI=true they then fail. */
const missing = (name: string, path: string | undefined): string | false =>
  path === undefined && process.env.CI !== 'true' ? `${name} is not on PATH (Debian, Ubuntu: apt install ${name})` : false;

const program = find('redis-server');
const openssl = find('openssl');

/** Why tests of the queue cannot run here; false where they can. */
export const NO_REDIS = missing('redis-server', program);
/** Why tests of certificates cannot run here; false where they can. */
export const NO_OPENSSL = missing('openssl', openssl);

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A Redis of its own: in a folder of its own, on a free port, with an append-only file that is written at once. */
export class RedisServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'redis-'));
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly password: string,
    private readonly tls: boolean,
  ) {}

  /** @param password default none */
  static async start(password = '', { tls = false } = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), password, tls);
    if (tls) server.makeCertificate();
    await server.restart();
    return server;
  }

  get url(): string {
    const secret = this.password === '' ? '' : `:${encodeURIComponent(this.password)}@`;
    return `${this.tls ? 'rediss' : 'redis'}://${secret}${this.tls ? 'localhost' : '127.0.0.1'}:${this.port}`;
  }

  /** The file of the certificate, which signs itself. */
  get certificate(): string {
    return join(this.folder, 'certificate.pem');
  }

  get address(): QueueAddress {
    return new QueueAddress(this.url);
  }

  /** Starts it anew from its append-only file, after `kill`. */
  async restart(): Promise<void> {
    assert.ok(program, 'redis-server is not on PATH');
    const ports = this.tls
      ? [
          '--port',
          0,
          '--tls-port',
          this.port,
          '--tls-cert-file',
          this.certificate,
          '--tls-key-file',
          this.key,
          '--tls-auth-clients',
          'no',
        ]
      : ['--port', this.port];
    const options = [...ports, '--bind', '127.0.0.1', '--dir', this.folder, '--save', '', '--appendonly', 'yes'];
    const secret = this.password === '' ? [] : ['--requirepass', this.password];
    const args = [...options, '--appendfsync', 'always', ...secret].map(String);
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    for await (const data of this.child.stdout!) {
      text += String(data);
      if (/Ready to accept connections/.test(text)) break;
    }
    assert.match(text, /Ready to accept connections/);
    this.child.stdout!.resume();
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** A client for looking in. */
  client(): Redis {
    return new Redis({ port: this.port, ...(this.password !== '' && { password: this.password }) });
  }

  /** Names of all keys, and the text of everything in it. */
  async content(): Promise<{ keys: string[]; text: string }> {
    const client = this.client();
    try {
      const keys = (await client.keys('*')).sort();
      const hashes = keys.filter((key) => /:run-[0-9a-f]+$/.test(key));
      return { keys, text: JSON.stringify(await Promise.all(hashes.map((key) => client.hgetall(key)))) };
    } finally {
      client.disconnect();
    }
  }

  private get key(): string {
    return join(this.folder, 'key.pem');
  }

  private makeCertificate(): void {
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-keyout', this.key, '-out', this.certificate];
    execFileSync(openssl!, ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files], {
      stdio: 'ignore',
    });
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until something is so; fails after some seconds. */
export async function until(condition: () => boolean | Promise<boolean>, seconds = 40): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (!(await condition())) {
    assert.ok(performance.now() < end, `not within ${seconds} s: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
