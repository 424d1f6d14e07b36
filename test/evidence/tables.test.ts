import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reproductionMarkdown, reproductionOf } from '../../src/evidence';
import { listText, reproductionText } from '../../src/evidence/tables';
import { kept, PROTOCOL } from './fixtures';

const reproduction = reproductionOf(PROTOCOL, [kept(0, 1, 0.6), kept(0, 2, 0.62), kept(1, 1, 0.3)]);

test('a line says published, ours, seeds, difference and verdict; what is missing is a dash', () => {
  const text = reproductionText(reproduction);
  assert.match(text, /^Naive +60\.50 ± 0\.20 \(SEM\) +61\.00 ± 12\.71 +2 of 3 +12 s +\+0\.50 +reproduced$/m);
  assert.match(text, /^Naive: BWT +-20\.00 +-40\.00 ± 0\.00 +2 of 3 +12 s +-20\.00 +not reached$/m);
  assert.match(text, /^EWC +50\.00 +30\.00 +1 of 3 +12 s +-20\.00 +not reached: one seed only; λ is not known$/m);
  assert.match(text, /^ER +– +– +0 of 3 +– +– +not run$/m);
  assert.match(
    text,
    /Somebody & Nobody 2020[^]*their code[^]*A run takes 1 to 2 s, on one core\.[^]*Published figures: quoted by others\.[^]*- The pixels are random\./,
  );
});

test('as Markdown: the same cells, with sources and differences', () => {
  const page = reproductionMarkdown(reproduction);
  assert.match(page, /^\| Row \| Published \| Ours \| Seeds \| A run \| Difference \| Verdict \|\n\| --- \| ---: \|/m);
  assert.match(page, /^\| Naive \| 60\.50 ± 0\.20 \(SEM\) \| 61\.00 ± 12\.71 \| 2 of 3 \| 12 s \| \+0\.50 \| reproduced \|$/m);
  assert.match(page, /npm run reproduce -- example[^]*quoted by others[^]*The pixels are random\./);
});

test('the list counts the verdicts of each protocol', () => {
  assert.match(listText([reproduction]), /^example +An example +Somebody & Nobody 2020 +1 to 2 s +4 +1 +0 +2 +0 +0 +1$/m);
});

test('what cannot be written is refused with the place that is wrong', () => {
  const write = (wrong: unknown) => reproductionMarkdown(wrong as never);
  assert.throws(() => write([reproduction]), /reproductionMarkdown: it is .* not an object; .* one by one/);
  assert.throws(() => write(PROTOCOL), /rows\[0\]\.metric is undefined/);
  assert.throws(() => write({ ...reproduction, differs: undefined }), /differs is undefined, not a list/);
});
