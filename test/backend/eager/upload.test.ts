import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backend, initBackend } from '../../../src/backend';

const MB = 2 ** 20;
/** Parts of the host that are not collected yet. */
const WASTE = 200;

// First, while nothing that is not collected yet blurs the figures.
test('upload, native: the numbers lie in memory once, and disposing gives the memory back to the system', async (context) => {
  if (process.platform !== 'linux' || !(await opens('native')))
    return context.skip('native does not open here, or it is no Linux');
  const [rows, columns] = [100_000, 784];
  const size = (rows * columns * 4) / MB;
  backend().dispose(backend().upload(10, columns, (part) => part.fill(1)));
  const before = process.memoryUsage.rss() / MB;
  for (let round = 0; round < 3; round++) {
    const matrix = backend().upload(rows, columns, (part) => part.fill(round));
    assert.ok(process.resourceUsage().maxRSS / 1024 - before < size + WASTE, 'a second copy was made');
    backend().dispose(matrix);
    assert.ok(process.memoryUsage.rss() / MB - before < WASTE, 'the memory was kept');
  }
});

for (const name of ['native', 'cpu'] as const) {
  test(`upload, ${name}: the parts come together in their order, also a smaller last one, and one tensor is left`, async (context) => {
    if (!(await opens(name))) return context.skip(`${name} does not open here`);
    const [rows, columns] = [50_001, 401]; // native: two parts
    const before = backend().tensorCount();
    const asked: number[] = [];
    const matrix = backend().upload(rows, columns, (part, start, count) => {
      assert.equal(part.length, count * columns);
      asked.push(count);
      for (let i = 0; i < part.length; i++) part[i] = (start * columns + i) % 9973;
    });
    assert.deepEqual([matrix.shape, matrix.dtype], [[rows, columns], 'float32']);
    assert.equal(
      backend()
        .toHost(matrix)
        .findIndex((value, i) => value !== i % 9973),
      -1,
    );
    if (name === 'native') assert.ok(asked.length > 1);
    assert.equal(
      asked.reduce((sum, count) => sum + count, 0),
      rows,
    );
    assert.equal(backend().tensorCount(), before + 1);
    backend().dispose(matrix);
  });
}

async function opens(name: 'native' | 'cpu'): Promise<boolean> {
  try {
    await initBackend(name);
    return true;
  } catch {
    return false;
  }
}
