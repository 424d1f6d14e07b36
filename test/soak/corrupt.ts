import type { RandomStream } from '../../src/utils/random';

const whole = (random: RandomStream, n: number) => Math.min(n - 1, Math.floor(random.uniform() * n));

/** A copy with one to four random faults: bytes changed, taken out, doubled or put in, the end cut off, a stretch of zeros. */
export function corruptBytes(bytes: Uint8Array, random: RandomStream): Buffer {
  let copy: Buffer = Buffer.from(bytes);
  for (let fault = whole(random, 4); fault >= 0; fault--) copy = spoil(copy, random);
  return copy;
}

function spoil(bytes: Buffer, random: RandomStream): Buffer {
  if (bytes.length === 0) return Buffer.from([whole(random, 256)]);
  const at = whole(random, bytes.length);
  const end = Math.min(bytes.length, at + 1 + whole(random, 8));
  const [before, stretch, rest] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  const noise = Buffer.from(Array.from({ length: 1 + whole(random, 8) }, () => whole(random, 256)));
  switch (whole(random, 7)) {
    case 0:
      return Buffer.concat([before, Buffer.from([bytes[at] ^ (1 << whole(random, 8))]), bytes.subarray(at + 1)]);
    case 1:
      return Buffer.concat([before, rest]);
    case 2:
      return Buffer.concat([before, stretch, stretch, rest]);
    case 3:
      return Buffer.concat([before, noise, stretch, rest]);
    case 4:
      return Buffer.from(before);
    case 5:
      return Buffer.concat([before, Buffer.alloc(stretch.length), rest]);
    default:
      return Buffer.concat([before, noise, rest]);
  }
}

/** What may stand where something else is meant. */
const WRONG: (() => unknown)[] = [
  () => null,
  () => -1,
  () => 0.5,
  () => 1e308,
  () => 2 ** 53,
  () => '',
  () => '<b>',
  () => '__proto__',
  () => true,
  () => [],
  () => [null],
  () => [[1]],
  () => ({}),
  () => ({ length: 1e9 }),
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'),
];

/** A copy of plain JSON with one to three values replaced, taken out, or put where none was. */
export function corruptJson(value: unknown, random: RandomStream): unknown {
  const root = { value: structuredClone(value) };
  for (let fault = whole(random, 3); fault >= 0; fault--) change(root, random);
  return root.value;
}

/** Goes down a random way, and changes what is at its end. */
function change(root: { value: unknown }, random: RandomStream): void {
  let place: Record<string, unknown> = root;
  let name = 'value';
  for (;;) {
    const inside = place[name];
    if (typeof inside !== 'object' || inside === null || random.uniform() < 0.15) break;
    const names = Object.keys(inside);
    if (names.length === 0) break;
    place = inside as Record<string, unknown>;
    name = names[whole(random, names.length)];
  }
  const kind = random.uniform();
  if (kind < 0.15 && place !== root) delete place[name];
  else if (kind < 0.25 && Array.isArray(place)) place.push(place[Number(name)]);
  else if (kind < 0.25) place.extra = WRONG[whole(random, WRONG.length)]();
  else place[name] = WRONG[whole(random, WRONG.length)]();
}
