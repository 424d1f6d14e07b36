import type { RandomStream } from '../../src/utils/random';

type Damage = (copy: Buffer, random: RandomStream) => Buffer;

/** Numbers that readers stumble over, as four bytes. */
const EXTREMES = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff];
/** Names and values that do not belong into JSON that is read. */
const NAMES = ['__proto__', 'constructor', 'toString', ''];
const VALUES = ['4294967296', '-1', '1e308', '0.5', 'null', '[]', '{}', '"1"', 'true', '9007199254740993'];

const place = (copy: Buffer, random: RandomStream) => random.integer(copy.length + 1);
const byte = (random: RandomStream) => random.integer(256);
const oneOf = <T>(list: readonly T[], random: RandomStream): T => list[random.integer(list.length)];
/** Replaces about one in twenty of what fits, in a text of one byte a sign. */
const inText = (copy: Buffer, fits: RegExp, random: RandomStream, replacements: readonly string[]) =>
  Buffer.from(
    copy.toString('latin1').replace(fits, (found) => (random.integer(20) ? found : oneOf(replacements, random))),
    'latin1',
  );

const DAMAGES: readonly Damage[] = [
  (copy, random) => {
    if (copy.length) copy[random.integer(copy.length)] ^= 1 << random.integer(8);
    return copy;
  },
  (copy, random) => copy.fill(byte(random), Math.min(random.integer(16), copy.length), Math.min(copy.length, 16)), // the header
  (copy, random) => copy.subarray(0, place(copy, random)),
  (copy, random) => copy.subarray(place(copy, random)),
  (copy, random) => Buffer.concat([copy, Buffer.from([byte(random)])]),
  (copy) => Buffer.concat([copy, copy]),
  (copy, random) => {
    const at = place(copy, random);
    return Buffer.concat([copy.subarray(0, at), Buffer.from([byte(random)]), copy.subarray(at)]);
  },
  (copy, random) => copy.fill(byte(random), place(copy, random), place(copy, random)),
  (copy, random) => {
    copy.copy(copy, place(copy, random), place(copy, random), place(copy, random));
    return copy;
  },
  (copy, random) => {
    const near = random.integer(2) ? copy.length : Math.min(copy.length, 32); // every other time near the header
    if (near >= 4) copy.writeUInt32BE(oneOf(EXTREMES, random), random.integer(near - 3));
    return copy;
  },
  (copy, random) => inText(copy, /\d+/g, random, VALUES),
  (copy, random) => inText(copy, /[A-Za-z_]+(?=\\?":)/g, random, NAMES),
  (copy, random) => inText(copy, /[[{]/g, random, ['[['.repeat(200), '{"a":'.repeat(200), '']),
  (_, random) => Buffer.from(Array.from({ length: random.integer(300) }, () => byte(random))),
];

/** A damaged copy of a file's content, with one kind of damage or two; it may happen to be as it was. */
export function damaged(content: Buffer, random: RandomStream): Buffer {
  const once = oneOf(DAMAGES, random)(Buffer.from(content), random);
  return random.integer(4) ? once : oneOf(DAMAGES, random)(Buffer.from(once), random);
}
