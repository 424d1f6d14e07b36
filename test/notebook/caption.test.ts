import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricBarsFigure } from '../../src/figures';
import type { Figure } from '../../src/figures';
import { captioned } from '../../src/notebook';
import { settingsHash } from '../../src/notebook/caption';

const figure: Figure = { data: [{ type: 'bar', y: [1] }], layout: { title: { text: 'Bars' } } };
const text = ({ layout }: Figure) => (layout.title as { subtitle: { text: string } }).subtitle.text.replaceAll('<br>', ' ');
const run = (id: string, settings?: object) => ({ id: id.repeat(16), settings: settings && settingsHash(settings) });
const settings = { epochs: 5, seeds: [1, 2] };

test('a caption names the runs by their ids, many of them by the first ones and their number', () => {
  assert.equal(text(captioned(figure, [run('a')])), 'From 1 run (aaaaaaaa).');
  const many = ['a', 'b', 'c', 'd', 'e'].map((id) => run(id));
  assert.equal(text(captioned(figure, many)), 'From 5 runs (aaaaaaaa, bbbbbbbb, cccccccc, dddddddd, …).');
  assert.equal(text(captioned(figure, [{}, {}])), 'From 2 runs.');
});

test('with the settings it says their hash, which does not depend on the order of the names', () => {
  const hash = settingsHash({ seeds: [1, 2], epochs: 5 });
  assert.match(hash, /^[0-9a-f]{8}$/);
  const fresh = captioned(figure, [run('a', settings)], { ...settings });
  assert.equal(text(fresh), `Settings ${hash}. From 1 run (aaaaaaaa).`);
  assert.deepEqual(fresh.data, figure.data);
});

test('a figure of runs that were made with other settings says so and is grey, also where only some were', () => {
  const changed = { ...settings, epochs: 10 };
  for (const runs of [[run('a', settings)], [run('a', settings), run('b', changed)]]) {
    const stale = captioned(figure, runs, changed);
    const hashes = `made with settings ${settingsHash(settings)}, those of now are ${settingsHash(changed)}; train again`;
    assert.ok(text(stale).startsWith(`Out of date: ${hashes}. From ${runs.length} run`), text(stale));
    assert.ok(stale.data.every(({ opacity }) => opacity === 0.3));
  }
});

test('settings that cannot be compared are refused', () => {
  assert.throws(
    () => captioned(figure, [run('a')], settings),
    /do not say with which settings .* new Comparison\(\{ …, settings \}\)/,
  );
  assert.throws(() => captioned(figure, [run('a', settings)], [5]), /settings: they are \[5\]; pass an object of named values/);
  assert.throws(() => captioned(figure, [run('a', settings)], { make: () => 1 }), /is not plain JSON/);
  assert.throws(() => captioned(figure, []), /runs is empty/);
  const refused = (runs: unknown, reason: RegExp) => assert.throws(() => captioned(figure, runs as never), reason);
  refused([{ id: 'a' }, { id: 123 }], /captioned: the id of runs\[1\] is 123; pass results, or objects whose id is text/);
  refused([null], /captioned: runs\[0\] is null; pass results/);
  refused(['abc'], /captioned: runs\[0\] is 'abc'/);
  refused({ id: 'a' }, /captioned: runs must be an array/);
});

test('a figure of runs names them by itself, all of them in its layout, and a caption does not do it again', () => {
  const runs = ['a', 'b', 'c', 'd', 'e'].map((id, k) => ({ ...run(id, settings), method: 'naive', seed: k, matrix: [[0.9]] }));
  const bars = metricBarsFigure(runs);
  assert.ok(text(bars).endsWith('From 5 runs (aaaaaaaa, bbbbbbbb, cccccccc, dddddddd, …).'), text(bars));
  assert.deepEqual(bars.layout.meta, { runs: runs.map(({ id }) => id) });
  assert.equal(captioned(bars, runs), bars);
  assert.equal(text(captioned(bars, runs, settings)), `${text(bars)} Settings ${settingsHash(settings)}.`);
  assert.match(text(captioned(bars, [run('f')])), /From 1 run \(ffffffff\)\.$/);
  assert.equal(metricBarsFigure(runs.map(({ id: _, ...rest }) => rest)).layout.meta, undefined);
});
