import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeElsewhere } from '../../src/benchmark/madeElsewhere';
import { provenance } from '../../src/experiments/provenance';
import { result } from '../experiments/fixtures';

const made = provenance();
const by = (version: string, commit?: string) =>
  result({ made: { ...made, versions: { 'continual-learning': version }, commit } });

test('runs of this version, and such that do not tell, need no word', () => {
  assert.equal(madeElsewhere([result({ made }), result()]), undefined);
});

test('runs of other versions or commits are told with their number', () => {
  const own = made.versions['continual-learning'];
  assert.equal(
    madeElsewhere([result({ made }), by('0.0.1', 'abcdef0123456'), by(own, 'abcdef0123456 + changes')]),
    `2 of 3 runs were made by another version of the library (0.0.1 at abcdef0; ${own} at abcdef0 with changes); --force repeats them`,
  );
  assert.match(madeElsewhere(['1', '2', '3', '4', '5', '5'].map((version) => by(version)))!, /^6 of 6 .*\(1; 2; 3; 2 more\)/);
});
