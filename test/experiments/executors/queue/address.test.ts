import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import { QueueAddress, withoutPassword } from '../../../../src/experiments/executors/queue/address';

const NAMES = ['CL_QUEUE_URL', 'CL_QUEUE_PASSWORD'];
const before = Object.fromEntries(NAMES.map((name) => [name, process.env[name]]));
beforeEach(() => NAMES.forEach((name) => delete process.env[name]));
afterEach(() => Object.entries(before).forEach(([name, value]) => value !== undefined && (process.env[name] = value)));

test('host, port, database, user, password and TLS are read from the URL', () => {
  assert.deepEqual(new QueueAddress('redis://server').connection(), { host: 'server', port: 6379, db: 0 });
  assert.deepEqual(new QueueAddress('rediss://me:p%40ss%2F%3A@server:7000/3').connection(), {
    host: 'server',
    port: 7000,
    db: 3,
    username: 'me',
    password: 'p@ss/:',
    tls: { servername: 'server' },
  });
  assert.deepEqual(new QueueAddress('rediss://[::1]:7000').connection(), { host: '::1', port: 7000, db: 0, tls: {} });
});

test('URL and password may come from the environment; a password in the URL comes first', () => {
  process.env.CL_QUEUE_URL = 'redis://elsewhere:1';
  process.env.CL_QUEUE_PASSWORD = 'geheim';
  assert.deepEqual(new QueueAddress().connection(), { host: 'elsewhere', port: 1, db: 0, password: 'geheim' });
  assert.equal(new QueueAddress('redis://:other@here').connection().password, 'other');
});

test('neither the text nor a look at the object shows user or password', () => {
  const address = new QueueAddress('rediss://me:geheim@server:7000/2');
  assert.equal(address.text, 'rediss://server:7000/2');
  assert.doesNotMatch(inspect(address, { depth: 9, showHidden: true }) + JSON.stringify(address) + String(address), /geheim|me:/);
  assert.equal(address.without('AUTH geheim\nat redis://x:y@z'), 'AUTH ***');
  assert.equal(new QueueAddress('redis://:a%2Fb@s').without('a/b a%2Fb'), '*** ***');
});

test('what is no address is refused, without what may be a password in it', () => {
  const wrong = [
    '',
    'server:6379',
    'http://me:geheim@server',
    'me:geheim@server',
    'redis://me:geheim@',
    'redis://me:1/geheim@server',
    'redis://me:geheim#x@server',
    'redis://me:geheim?x@server',
    'redis://me:geheim@server:99999',
    'redis://me:geheim@server/first',
    'redis://me:geheim@server/0?x=geheim@',
    'redis://me:%geheim@server',
  ];
  for (const url of wrong) {
    assert.throws(
      () => new QueueAddress(url),
      (error: Error) => {
        assert.match(error.message, /^queue: /, url);
        assert.doesNotMatch(error.message, /geheim/, url);
        return true;
      },
    );
  }
});

test('a text loses the passwords of all URLs in it', () => {
  const text = 'benchmark --queue redis://me:geh@eim@server --stream split-mnist rediss://:x@b';
  assert.equal(withoutPassword(text), 'benchmark --queue redis://***@server --stream split-mnist rediss://***@b');
  assert.equal(withoutPassword('redis://server a@b'), 'redis://server a@b');
});
