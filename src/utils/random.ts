import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { checkNumber, problem } from './errors';

/** Where a `RandomStream` stands, as plain JSON. */
export interface RandomState {
  /** The generator's words. */
  generator: number[];
  /** The second number of a pair of normal draws, where it waits. */
  spareNormal?: number;
}

/**
 * A seeded stream of random numbers (xoroshiro128+). Every random decision of the library draws from a stream with a
 * name of its own (`'data-order'`, `'initialisation'`, …), so two methods run with the same seed see the same initial
 * weights and the same batches in the same order, whatever else they draw.
 */
export class RandomStream {
  private generator: RandomGenerator;
  private spareNormal: number | undefined;

  /**
   * @param seed whole number; the same seed and name give the same stream on every machine
   * @param name what the stream is for; different names give independent streams
   */
  constructor(seed: number, name = '') {
    checkNumber('RandomStream', 'seed', seed, { integer: true });
    this.generator = xoroshiro128plus(mix(seed, name));
  }

  /** Where the stream stands; `restore` goes on from there. */
  state(): RandomState {
    const { spareNormal } = this;
    return { generator: [...this.generator.getState()], ...(spareNormal !== undefined && { spareNormal }) };
  }

  /**
   * Goes on from where another stream stood.
   *
   * @param state what its `state()` gave
   * @throws when it is damaged
   */
  restore(state: RandomState): void {
    const { generator: words, spareNormal } = (state ?? {}) as Partial<RandomState>;
    const whole = Array.isArray(words) && words.length === this.generator.getState().length && words.every(Number.isInteger);
    if (!whole || !(spareNormal === undefined || Number.isFinite(spareNormal))) {
      throw problem('RandomStream.restore', 'the saved state of a random stream is damaged', 'use another copy');
    }
    this.generator = xoroshiro128plusFromState(words);
    this.spareNormal = spareNormal;
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return (this.generator.next() >>> 0) / 2 ** 32;
  }

  /**
   * A whole number in [0, n), every value equally likely (rejection sampling, so without modulo bias).
   *
   * @param n whole number from 1 to 2³²; anything else throws a RangeError
   */
  integer(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2 ** 32))
      throw new RangeError(`n must be a whole number from 1 to 2^32, got ${n}`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let bits = this.generator.next() >>> 0;
    while (bits >= limit) bits = this.generator.next() >>> 0;
    return bits % n;
  }

  /** A draw from the standard normal distribution (Marsaglia's polar method). */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const value = this.spareNormal;
      this.spareNormal = undefined;
      return value;
    }
    for (;;) {
      const a = 2 * this.uniform() - 1;
      const b = 2 * this.uniform() - 1;
      const s = a * a + b * b;
      if (s === 0 || s >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.spareNormal = b * scale;
      return a * scale;
    }
  }

  /** The numbers 0 … n−1 in random order (Fisher–Yates). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }

  /** `count` different whole numbers out of [0, n), in random order. Throws a RangeError when count > n. */
  choice(n: number, count: number): Int32Array {
    if (count > n) throw new RangeError(`cannot draw ${count} different numbers out of ${n}`);
    if (count > n / 4) return this.permutation(n).slice(0, count);
    const chosen = new Set<number>(); // few out of many: draw again what was drawn already
    while (chosen.size < count) chosen.add(this.integer(n));
    return Int32Array.from(chosen);
  }
}

/** 32-bit hash of seed and stream name (FNV-1a over the text, then murmur3's finaliser). */
function mix(seed: number, name: string): number {
  let hash = 0x811c9dc5;
  for (const char of `${seed}/${name}`) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}

let defaultSeed = 42;

/**
 * Sets the seed that is used wherever no `seed` option is given (models, loaders, methods). The default is 42.
 *
 * @param seed any whole number
 */
export function setSeed(seed: number): void {
  checkNumber('setSeed', 'seed', seed, { integer: true });
  defaultSeed = seed;
}

/** The seed used where no `seed` option is given; see `setSeed`. */
export function getSeed(): number {
  return defaultSeed;
}
