import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import fc from 'fast-check';
import { getSeed, RandomStream, setSeed } from '../../src/utils/random';

afterEach(() => setSeed(42));

const draws = (stream: RandomStream, n = 8) => Array.from({ length: n }, () => stream.uniform());

test('the same seed and name give the same stream, another seed or name another one', () => {
  assert.deepEqual(draws(new RandomStream(1, 'a')), draws(new RandomStream(1, 'a')));
  assert.notDeepEqual(draws(new RandomStream(1, 'a')), draws(new RandomStream(2, 'a')));
  assert.notDeepEqual(draws(new RandomStream(1, 'a')), draws(new RandomStream(1, 'b')));
});

test('the first numbers of a stream never change between versions: results stay reproducible', () => {
  const stream = new RandomStream(42, 'initialisation');
  assert.deepEqual(
    Array.from({ length: 4 }, () => stream.integer(1_000_000)),
    [746780, 384424, 71916, 964217],
  );
});

test('a thousand seeds and stream names give a thousand different first numbers', () => {
  const first = new Set<number>();
  for (let seed = 0; seed < 100; seed++)
    for (let task = 0; task < 10; task++) first.add(new RandomStream(seed, `data-order/task ${task}/epoch 0`).uniform());
  assert.ok(first.size >= 999, `${first.size} different`);
});

test('uniform draws fill [0, 1) evenly (χ² over 16 bins) and neighbouring draws are uncorrelated', () => {
  const n = 32_000;
  const values = draws(new RandomStream(7), n);
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const bins = new Array<number>(16).fill(0);
  values.forEach((value) => bins[Math.floor(value * 16)]++);
  const chi2 = bins.reduce((sum, count) => sum + (count - n / 16) ** 2 / (n / 16), 0);
  assert.ok(chi2 < 37.7, `χ² ${chi2} above the 99.9 % quantile of 15 degrees of freedom`);
  const correlation = values.slice(1).reduce((sum, value, i) => sum + (value - 0.5) * (values[i] - 0.5), 0) / (n - 1) / (1 / 12);
  assert.ok(Math.abs(correlation) < 0.02, `correlation ${correlation}`);
});

test('whole numbers are drawn without modulo bias: three quarters of 2³² fall evenly into three thirds', () => {
  const n = 3 * 2 ** 30;
  const stream = new RandomStream(3);
  const thirds = [0, 0, 0];
  for (let i = 0; i < 9000; i++) thirds[Math.floor((stream.integer(n) / n) * 3)]++;
  for (const count of thirds)
    assert.ok(Math.abs(count - 3000) < 200, `thirds ${thirds}: with modulo bias the first would hold half`);
});

test('normal draws have mean 0, variance 1 and the tails of a normal distribution', () => {
  const stream = new RandomStream(5);
  const values = Array.from({ length: 40_000 }, () => stream.normal());
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const beyond2 = values.filter((value) => Math.abs(value) > 2).length / values.length;
  assert.ok(
    Math.abs(mean) < 0.02 && Math.abs(variance - 1) < 0.03 && Math.abs(beyond2 - 0.0455) < 0.005,
    `${mean} ${variance} ${beyond2}`,
  );
});

test('a permutation holds every number once', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.integer(), (n, seed) => {
      const sorted = Array.from(new RandomStream(seed).permutation(n)).sort((a, b) => a - b);
      assert.deepEqual(
        sorted,
        Array.from({ length: n }, (_, i) => i),
      );
    }),
  );
});

test('every order of three comes equally often', () => {
  const counts = new Map<string, number>();
  const stream = new RandomStream(11);
  for (let i = 0; i < 6000; i++) {
    const order = stream.permutation(3).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 130, `${[...counts]}`);
});

test('a choice holds different numbers in range, and each number equally often, whether few or many are drawn', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 200 }), fc.integer(), (count, extra, seed) => {
      const chosen = new RandomStream(seed).choice(count + extra, count);
      assert.equal(new Set(chosen).size, count);
      assert.ok(chosen.every((value) => value >= 0 && value < count + extra));
    }),
  );
  for (const count of [2, 8]) {
    const stream = new RandomStream(13);
    const often = new Array<number>(12).fill(0);
    for (let i = 0; i < 6000; i++) for (const value of stream.choice(12, count)) often[value]++;
    for (const times of often) assert.ok(Math.abs(times - 500 * count) < 130, `${often}`);
  }
});

test('more different numbers than there are cannot be drawn', () => {
  assert.throws(() => new RandomStream(1).choice(3, 4), /cannot draw 4 different numbers out of 3/);
});

test('a whole number out of nothing, or out of more than 32 bits, is refused instead of looping for ever', () => {
  for (const n of [0, -1, 2.5, NaN, 2 ** 33]) assert.throws(() => new RandomStream(1).integer(n), /whole number/);
});

test('setSeed decides the seed where none is given, and refuses what is no whole number', () => {
  assert.equal(getSeed(), 42);
  setSeed(7);
  assert.equal(getSeed(), 7);
  assert.throws(() => setSeed(1.5), /setSeed: seed must be a whole number, got 1.5/);
  assert.equal(getSeed(), 7);
});

test('a stream goes on from a saved place, and a damaged one is refused', () => {
  const stream = new RandomStream(3, 'saved');
  stream.normal(); // the second number of its pair waits
  const state = JSON.parse(JSON.stringify(stream.state())) as ReturnType<RandomStream['state']>;
  const next = [stream.normal(), stream.normal(), stream.uniform()];
  const other = new RandomStream(4);
  other.restore(state);
  assert.deepEqual([other.normal(), other.normal(), other.uniform()], next);
  for (const bad of [null, {}, { generator: [1] }, { generator: ['1', 2, 3, 4] }, { ...state, spareNormal: '1' }]) {
    assert.throws(
      () => other.restore(bad as never),
      /^Error: RandomStream.restore: the saved state of a random stream is damaged/,
    );
  }
});
