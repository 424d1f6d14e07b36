import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { chooseOptions, presetOf, readPresets, writePresets } from '../../../src/benchmark';
import type { TunedPreset } from '../../../src/benchmark';
import { presetsThere } from '../../../src/benchmark/tune/presetsFile';
import { ended, smallTuning } from './fixtures';
import { TUNING_SEEDS } from '../../../src/benchmark/tune/plan';
import { gridPoints } from '../../../src/benchmark/tune/points';
import { streamNames } from '../../../src/experiments';
import { methodCompatibility } from '../../../src/methods';

const folder = mkdtempSync(join(tmpdir(), 'presets-'));
after(() => rmSync(folder, { recursive: true }));

const tuning = smallTuning();
const preset = presetOf(chooseOptions(tuning, ended(tuning, Array(4).fill([0.5, 0.6]))), 'tune naive')!;

test('presets are read as they were written; later ones replace those of the same method, stream and scenario only', () => {
  const file = join(folder, 'some.json');
  assert.deepEqual(presetsThere(file), []);
  const other: TunedPreset = { ...preset, scenario: 'task-incremental' };
  writePresets(file, [preset, other]);
  assert.deepEqual(readPresets(file), [preset, other]);
  const later = { ...preset, options: { lr: 0.1 } };
  writePresets(file, [later, { ...preset, method: 'er' }]);
  assert.deepEqual(readPresets(file), [later, other, { ...preset, method: 'er' }]);
  assert.deepEqual(presetsThere(file), readPresets(file));
});

test('the presets of the library are points of today’s grids, one a method, stream and scenario, on seeds that no report uses by itself', () => {
  const shipped = readPresets();
  for (const { command } of shipped) assert.doesNotMatch(command, /\/|--store|--presets/, 'a place of the machine it ran on');
  assert.ok(shipped.length > 10);
  const keys = shipped.map(({ method, stream, scenario }) => [method, stream, scenario].join(' '));
  assert.equal(new Set(keys).size, keys.length);
  for (const { method, stream, scenario, alsoFor = [], options, seeds, tried, score } of shipped) {
    assert.notEqual(methodCompatibility(method, scenario).fit, 'no');
    for (const name of [stream, ...alsoFor]) assert.ok(streamNames().includes(name), name);
    assert.ok(
      gridPoints(method).some((point) => isDeepStrictEqual(point, options)),
      `${method}: ${JSON.stringify(options)}`,
    );
    assert.deepEqual(seeds, TUNING_SEEDS);
    assert.equal(score.mean, Math.max(...tried.map(({ mean }) => mean ?? 0)), method);
  }
});

test('a file that is something else, damaged or newer is refused, and never replaced', () => {
  const whole = { format: 'continual-learning presets', formatVersion: 1, presets: [preset] };
  const cases: [unknown, RegExp][] = [
    ['{', /cannot be read: .*JSON/],
    [{}, /it is no file of presets; name a file that npm run tune wrote/],
    [{ ...whole, presets: 'many' }, /it is no file of presets/],
    [{ ...whole, formatVersion: 2 }, /it has version 2, this library reads 1/],
    [{ ...whole, presets: [null] }, /preset 0: it is null, not an object/],
    [{ ...whole, presets: [preset, { ...preset, options: [] }] }, /preset 1: options is \[\], not an object/],
    [{ ...whole, presets: [{ ...preset, seeds: ['1'] }] }, /seeds\[0\] is '1', not a number/],
    [{ ...whole, presets: [{ ...preset, runs: ['1'] }] }, /runs\[0\] is '1', not the id of a run/],
    [{ ...whole, presets: [{ ...preset, scenario: 'sideways' }] }, /preset 0: scenario is 'sideways'/],
  ];
  const file = join(folder, 'wrong.json');
  for (const [content, message] of cases) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(file, text);
    assert.throws(() => readPresets(file), message);
    assert.throws(() => writePresets(file, [preset]), message);
    assert.equal(readFileSync(file, 'utf8'), text);
  }
  assert.throws(() => readPresets(join(folder, 'no.json')), /no\.json: it cannot be read: /);
  assert.ok(!existsSync(join(folder, 'no.json')));
});
