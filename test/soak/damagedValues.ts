import type { RandomStream } from '../../src/utils/random';

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
export function damagedValues(value: unknown, random: RandomStream): unknown {
  const root = { value: structuredClone(value) };
  for (let fault = random.integer(3); fault >= 0; fault--) change(root, random);
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
    name = names[random.integer(names.length)];
  }
  const kind = random.uniform();
  if (kind < 0.15 && place !== root) delete place[name];
  else if (kind < 0.25 && Array.isArray(place)) place.push(place[Number(name)]);
  else if (kind < 0.25) place.extra = WRONG[random.integer(WRONG.length)]();
  else place[name] = WRONG[random.integer(WRONG.length)]();
}
