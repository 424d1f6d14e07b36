import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeTensor, isThere, readSaved, savedFile, writeSaved } from '../../../src/backend';
import { RandomStream } from '../../../src/utils/random';
import { encodeSafetensors } from '../../../src/utils/safetensors';
import { damaged } from '../../soak/damage';

const folder = mkdtempSync(join(tmpdir(), 'saved-'));
after(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);

const STATE = {
  version: 1,
  options: { lr: 0.1, seed: 7, name: 'größe' },
  weights: encodeTensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
  history: { known: { 0: 'a', 1: 'b' }, trained: [0, 1, 0] },
  memory: [{ labels: encodeTensor(Int32Array.of(1, 2), [2]) }, null, true],
};

test('what was written is read, and equal states give equal files', () => {
  writeSaved(at('one.safetensors'), 'trainer', STATE);
  writeSaved(at('two.safetensors'), 'trainer', JSON.parse(JSON.stringify(STATE)) as object);
  assert.deepEqual(readSaved(at('one.safetensors'), ['trainer']), { kind: 'trainer', state: STATE });
  assert.deepEqual(readFileSync(at('one.safetensors')), readFileSync(at('two.safetensors')));
});

test('a path that ends in .safetensors is the file, any other the folder it is in; folders are made', () => {
  assert.equal(savedFile('x', at('a', 'b'), 'trainer'), at('a', 'b', 'trainer.safetensors'));
  assert.equal(savedFile('x', at('m.safetensors'), 'model'), at('m.safetensors'));
  assert.throws(() => savedFile('EWC.save', '', 'model'), /^Error: EWC.save: the path is empty/);
  assert.throws(() => savedFile('EWC.save', 7 as never, 'model'), /EWC.save: the path must be text, got 7/);
  writeSaved(at('a', 'b', 'trainer.safetensors'), 'trainer', STATE);
  assert.ok(isThere(at('a', 'b', 'trainer.safetensors')) && !isThere(at('a', 'b', 'model.safetensors')));
});

test('a process that is killed while it writes leaves the old file whole, and its rest goes with the next file', () => {
  const file = at('killed', 'trainer.safetensors');
  writeSaved(file, 'trainer', STATE);
  const code = `
    const fs = require('node:fs');
    fs.renameSync = () => process.kill(process.pid, 'SIGKILL');
    const { writeSaved, encodeTensor } = require(${JSON.stringify(require.resolve('../../../src/backend'))});
    writeSaved(${JSON.stringify(file)}, 'trainer', { other: encodeTensor(new Float32Array(1000), [1000]) });`;
  const { signal } = spawnSync(process.execPath, ['-e', code]);
  assert.equal(signal, 'SIGKILL');
  assert.deepEqual(readSaved(file, ['trainer']).state, STATE);
  assert.equal(readdirSync(at('killed')).length, 2, 'the rest of the killed process');
  writeFileSync(at('killed', '.trainer.safetensors.mine.tmp'), '');
  writeFileSync(at('killed', '.other.safetensors.0123456789ab.tmp'), '');
  writeSaved(file, 'trainer', STATE);
  const left = ['.other.safetensors.0123456789ab.tmp', '.trainer.safetensors.mine.tmp', 'trainer.safetensors'];
  assert.deepEqual(readdirSync(at('killed')).sort(), left);
});

test('a file of somebody else is not replaced; a folder or a pipe in the place of the file, or a file in that of the folder, neither', () => {
  const refused = (file: string, message: RegExp) => {
    const look = () => spawnSync('ls', ['-ld', file.replaceAll('\0', '')], { encoding: 'utf8' }).stdout;
    const before = look();
    assert.throws(() => writeSaved(file, 'model', STATE), ({ name, message: said }: Error) => name === 'Error' && message.test(said), file);
    assert.equal(look(), before);
  }; // prettier-ignore
  writeFileSync(at('data.safetensors'), encodeSafetensors({ tensors: [], metadata: { format: 'pt' } }));
  writeFileSync(at('empty.safetensors'), '');
  mkdirSync(at('folder.safetensors'));
  execFileSync('mkfifo', [at('pipe.safetensors')]);
  symlinkSync('/etc/hostname', at('link.safetensors'));
  writeFileSync(at('plain'), 'x');
  refused(at('data.safetensors'), /there is a file that is no saved model; name another place, or delete it$/);
  refused(at('one.safetensors'), /there is a file that is no saved model/); // a trainer
  refused(at('empty.safetensors'), /there is a file that is no saved model/);
  refused(at('link.safetensors'), /there is a file that is no saved model/);
  refused(at('folder.safetensors'), /folder.safetensors: is no regular file/);
  refused(at('pipe.safetensors'), /pipe.safetensors: is no regular file/);
  refused(at('plain', 'model.safetensors'), /plain: the folder cannot be made \((EEXIST|ENOTDIR)\); name a folder/);
  refused(at('a\0b', 'model.safetensors'), /the folder cannot be made/);
  assert.equal(readFileSync(at('plain'), 'utf8'), 'x');
});

test('what is not whole, not of this library, of another kind or version is refused with the reason', () => {
  const metadata = { format: 'continual-learning', kind: 'trainer', version: '1', sha256: 'x', state: '{}' };
  const of = (change: object) => encodeSafetensors({ tensors: [], metadata: { ...metadata, ...change } });
  const file = at('wrong.safetensors');
  const wrong: [Uint8Array, RegExp][] = [
    [of({ format: 'pt' }), /^Error: .*wrong.safetensors: it was not saved by continual-learning; give the path of a file that save\(\) wrote$/],
    [of({ kind: 'model' }), /it holds 'model', not a trainer; give the path of another file$/],
    [of({ kind: 'x'.repeat(1e4) }), /it holds 'x{70,80}.{0,40}, not a trainer/],
    [of({ version: '2' }), /its format has version '2', this library reads 1; use the version of the library that saved it$/],
    [of({}), /it is damaged: its content does not match its checksum; use another copy$/],
    [encodeSafetensors({ tensors: [], metadata: {} }), /it was not saved by/],
  ];
  for (const [content, message] of wrong) {
    writeFileSync(file, content);
    assert.throws(() => readSaved(file, ['trainer']), message);
  }
  assert.throws(() => readSaved(at('nothing'), ['trainer']), /nothing: cannot be read \(ENOENT\); check that the file exists/);
  assert.throws(() => readSaved(folder, ['trainer']), /is no regular file/);
}); // prettier-ignore

test('1,000 damaged copies of a file: each is an error in one line, or reads what was written', () => {
  const random = new RandomStream(1, 'corruptions');
  const whole = readFileSync(at('one.safetensors'));
  const file = at('corrupt.safetensors');
  const seen = { errors: 0, right: 0 };
  for (let i = 0; i < 1000; i++) {
    writeFileSync(file, damaged(whole, random));
    try {
      assert.deepEqual(readSaved(file, ['trainer']).state, STATE, `corruption ${i} was read as something else`);
      seen.right++;
    } catch (error) {
      const { name, message } = error as Error;
      assert.equal(name, 'Error', `corruption ${i}: ${message}`);
      assert.match(message, /^[^\n]*corrupt\.safetensors: [^\n]{10,200}; [^\n]{8,80}$/, `corruption ${i}`);
      seen.errors++;
    }
  }
  assert.ok(seen.errors > 800 && seen.right > 10, JSON.stringify(seen));
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('a full disk leaves the old file, and the reason is told', () => {
  const file = at('full', 'trainer.safetensors');
  writeSaved(file, 'trainer', STATE);
  const code = `require(${JSON.stringify(require.resolve('../../../src/backend'))}).writeSaved(${JSON.stringify(file)}, 'trainer', { a: 'x'.repeat(1e6) })`;
  const { stderr } = spawnSync('sh', ['-c', 'ulimit -f 16; exec "$0" -e "$1"', process.execPath, code], { encoding: 'utf8' });
  assert.match(stderr, /trainer\.safetensors: cannot be written: it gets larger than a file may be here/);
  assert.deepEqual(readSaved(file, ['trainer']).state, STATE);
  assert.ok(!existsSync(at('full', '.tmp')) && readdirSync(at('full')).length === 1);
});
