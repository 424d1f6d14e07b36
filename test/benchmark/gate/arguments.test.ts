import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateCommand } from '../../../src/benchmark/gate/arguments';
import type { GateRequest } from '../../../src/benchmark/gate/arguments';

/** What these arguments ask for; wrong ones throw with the message. */
function asked(...args: string[]): GateRequest {
  let written = '';
  let heard: GateRequest | undefined;
  const command = gateCommand((request) => (heard = request));
  command.configureOutput({ writeErr: (text) => void (written += text), writeOut: (text) => void (written += text) });
  try {
    command.parse(['node', 'gate', ...args]);
  } catch (error) {
    throw new Error(`${written} ${(error as Error).message}`);
  }
  return heard!;
}

/** An object without what is undefined. */
const given = (value: object) => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));

test('two places are enough; nothing is asked for beside', () => {
  const { challenger, champion, options, json } = asked('new', 'old.json');
  assert.deepEqual([challenger.place, champion.place, json], ['new', 'old.json', false]);
  assert.deepEqual([...challenger.filters, ...champion.filters].map(given), [{}, {}, {}, {}]);
  assert.deepEqual(given(options), {});
});

test('limits, rule and seeds go to the gate', () => {
  const { options, json } = asked(
    ...['a', 'b', '--max-fm', '0.1', '--acc-tolerance', '0', '--bwt-tolerance', '.5', '--rule', 'point'],
    ...['--level', '0.9', '--seeds', '1,2', '3', '--allow-missing', '--json'],
  );
  const expected = {
    maxFm: 0.1,
    accTolerance: 0,
    bwtTolerance: 0.5,
    rule: 'point',
    level: 0.9,
    seeds: [1, 2, 3],
    allowMissing: true,
  };
  assert.deepEqual(options, expected);
  assert.equal(json, true);
});

test('filters are for both sides, or for one', () => {
  const { challenger, champion } = asked(
    ...['a', 'b', '--method', 'er', '--stream', 's', '--scenario', 'c', '--study', 't', '--label', 'l, m', '--id', 'ab'],
    ...['--challenger-method', 'er,gem', '--champion-label', 'old', '--champion-id', '12'],
  );
  const both = { methods: ['er'], streams: ['s'], scenarios: ['c'], studies: ['t'], labels: ['l, m'], ids: ['ab'] };
  assert.deepEqual(challenger.filters.map(given), [both, { methods: ['er', 'gem'] }]);
  assert.deepEqual(champion.filters.map(given), [both, { labels: ['old'], ids: ['12'] }]);
});

test('wrong arguments are refused with what is allowed', () => {
  const wrong: [string[], RegExp][] = [
    [[], /missing required argument 'challenger'[^]*--help shows all options/],
    [['a'], /missing required argument 'champion'/],
    [['a', 'b', 'c'], /too many arguments/],
    [['a', 'b', '--max-fm', '5'], /'5' is invalid\. It must be a share of accuracy from 0 to 1/],
    [['a', 'b', '--max-fm', '5%'], /share of accuracy/],
    [['a', 'b', '--max-fm', '0x1'], /share of accuracy/],
    [['a', 'b', '--max-fm', ''], /share of accuracy/],
    [['a', 'b', '--acc-tolerance', '-0.1'], /share of accuracy/],
    [['a', 'b', '--bwt-tolerance'], /argument missing/],
    [['a', 'b', '--level', '95'], /number from 0\.5 to 0\.9999/],
    [['a', 'b', '--rule', 'mean'], /Allowed choices are interval, point/],
    [['a', 'b', '--seeds', 'one'], /whole numbers/],
    [['a', 'b', '--maxfm', '0.1'], /unknown option '--maxfm'/],
    [['a', 'b', '--status', 'finished'], /unknown option '--status'/],
  ];
  for (const [args, message] of wrong) assert.throws(() => asked(...args), message, args.join(' '));
});

test('the help tells the limits that hold without options, and the exit status', () => {
  assert.throws(
    () => asked('--help'),
    /default:\s+0\.05[^]*default:\s+0\.02[^]*default:\s+0\.03[^]*0 passes, 1 does not pass, 2 cannot be judged/,
  );
});
