import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer } from '../../src/benchmark/writer';

/** Keeps the processor busy, as writing a large file does. */
const busy = (ms: number) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

test('what is quick to write is written every time; what takes long seldom, and in the end for sure', () => {
  let written = 0;
  const writer = new Writer(() => {
    written++;
    busy(30);
  });
  const started = performance.now();
  while (performance.now() - started < 300) writer.write();
  assert.equal(written, 1, 'it took more than a small share of the time');
  writer.writeLast();
  writer.writeLast();
  assert.equal(written, 2);
});

test('an error ends nothing, is told, and is forgotten when a later attempt works', () => {
  let full = true;
  const writer = new Writer(() => {
    if (full) throw new Error('the disk is full');
  });
  writer.write();
  assert.equal(writer.problem?.message, 'the disk is full');
  full = false;
  writer.writeLast();
  assert.equal(writer.problem, undefined);
});
