import { checkChoice, checkNumber, isPlainObject, problem, shown } from '../../utils/errors';
import { RandomStream } from '../../utils/random';
import type { RandomState } from '../../utils/random';

/**
 * Which samples a full memory keeps. `reservoir`: a uniform sample of all it was shown (Vitter 1985). `ring`: the newest of each class,
 * as many of each (Chaudhry et al. 2019). `class-balanced`: of each class a uniform sample, no class larger than need be (Chrysakis &
 * Moens 2020). `greedy`: samples of a class only while it has fewer than its share (Prabhu et al. 2020). A class is a label of a task.
 */
export type BufferKind = 'reservoir' | 'ring' | 'class-balanced' | 'greedy';

/** The slots as plain JSON. */
export interface SlotsState {
  /** Samples shown so far. */
  seen: number;
  /** For each class, `task/label`, the slots that hold it, the oldest sample first. */
  held: Record<string, number[]>;
  /** How many samples of each class were shown. */
  shown: Record<string, number>;
  /** Classes that were the largest of a full memory once. */
  full: string[];
  /** Where its random draws stand. */
  random: RandomState;
}

/** Decides on the host which slot of a memory each sample takes; the samples themselves are elsewhere. */
export class Slots {
  /** Samples shown so far. */
  seen = 0;
  private readonly held = new Map<string, number[]>();
  private readonly shown = new Map<string, number>();
  private readonly full = new Set<string>();
  private readonly keys: string[] = [];
  private readonly random: RandomStream;

  /**
   * @param subject whose memory it is, for error messages
   * @param capacity slots there are
   */
  constructor(
    private readonly subject: string,
    /** Slots there are. */
    readonly capacity: number,
    private readonly kind: BufferKind,
    seed: number,
  ) {
    checkNumber(subject, 'capacity', capacity, { min: 1, integer: true });
    checkChoice(subject, 'buffer', kind, ['reservoir', 'ring', 'class-balanced', 'greedy']);
    this.random = new RandomStream(seed, 'slots');
  }

  /** Slots taken. */
  get size(): number {
    return this.keys.length;
  }

  /** How many samples of each class, `task/label`, are held. */
  counts(): Map<string, number> {
    return new Map([...this.held].map(([key, slots]) => [key, slots.length]));
  }

  /** The slot a sample takes; undefined: it is not kept. */
  place(task: number, label: number): number | undefined {
    const key = `${task}/${label}`;
    this.seen++;
    this.shown.set(key, (this.shown.get(key) ?? 0) + 1);
    const slot = this.slotFor(key);
    if (slot === undefined) return undefined;
    const before = this.keys[slot];
    if (before !== undefined) {
      const slots = this.held.get(before)!;
      slots.splice(slots.indexOf(slot), 1);
      if (slots.length === 0) this.held.delete(before);
    }
    this.keys[slot] = key;
    this.held.set(key, [...(this.held.get(key) ?? []), slot]);
    return slot;
  }

  /** `count` random slots: all different where as many are taken, else drawn with replacement. */
  draw(count: number): Int32Array {
    if (this.size === 0) throw problem(this.subject, 'its memory is empty', 'add samples first');
    if (count <= this.size) return this.random.choice(this.size, count);
    return Int32Array.from({ length: count }, () => this.random.integer(this.size));
  }

  /** All of it as plain JSON. */
  state(): SlotsState {
    const { seen, held, shown: seenOf, full, random } = this;
    return {
      seen,
      held: Object.fromEntries([...held].map(([key, slots]) => [key, [...slots]])),
      shown: Object.fromEntries(seenOf),
      full: [...full],
      random: random.state(),
    };
  }

  /**
   * What `restore` will do with what `state()` gave, checked: call it when all else is right, too.
   *
   * @throws when it is damaged
   */
  restored(saved: SlotsState): () => void {
    const subject = `${this.subject}.restore`;
    const damaged = (reason: string) => problem(subject, reason, 'the saved state is damaged');
    const { seen, held, shown: seenOf, full, random } = isPlainObject(saved) ? saved : ({} as SlotsState);
    checkNumber(subject, 'seen', seen, { min: 0, integer: true });
    if (!isPlainObject(held) || !isPlainObject(seenOf)) throw damaged(`what its memory holds is ${shown(held)}`);
    const slots = Object.values(held).flat();
    const expected = slots.length <= this.capacity && new Set(slots).size === slots.length;
    if (!expected || !slots.every((slot) => Number.isInteger(slot) && slot >= 0 && slot < slots.length)) {
      throw damaged(`the slots of its memory are ${shown(slots)}`);
    }
    const counts = Object.values(seenOf);
    const right = counts.every((count) => Number.isInteger(count) && count > 0) && counts.reduce((a, b) => a + b, 0) === seen;
    if (
      !right ||
      !Object.entries(held).every(([key, own]) => Array.isArray(own) && own.length > 0 && own.length <= seenOf[key])
    ) {
      throw damaged(`the samples it was shown are ${shown(seenOf)}`);
    }
    if (!Array.isArray(full) || !full.every((key) => Object.hasOwn(seenOf, key))) throw damaged(`full is ${shown(full)}`);
    new RandomStream(0).restore(random);
    return () => this.take(saved);
  }

  private take({ seen, held, shown: seenOf, full, random }: SlotsState): void {
    this.seen = seen;
    this.random.restore(random);
    for (const map of [this.held, this.shown, this.full]) map.clear();
    this.keys.splice(0);
    for (const [key, slots] of Object.entries(held)) {
      this.held.set(key, [...slots]);
      for (const slot of slots) this.keys[slot] = key;
    }
    for (const [key, count] of Object.entries(seenOf)) this.shown.set(key, count);
    for (const key of full) this.full.add(key);
  }

  private slotFor(key: string): number | undefined {
    if (this.kind === 'greedy' && this.countOf(key) >= this.share(key)) return undefined;
    if (this.size < this.capacity) return this.size;
    if (this.kind === 'reservoir') {
      const place = this.random.integer(this.seen);
      return place < this.capacity ? place : undefined;
    }
    if (this.kind === 'ring')
      return this.countOf(key) < this.share(key) ? this.largest()[0] : (this.held.get(key) ?? this.largest())[0];
    if (this.kind === 'greedy') return this.anyOf(this.largest());
    return this.balancedSlot(key);
  }

  /** Class-balancing reservoir sampling, algorithm 1 of Chrysakis & Moens. */
  private balancedSlot(key: string): number | undefined {
    const most = this.largest().length;
    for (const [one, slots] of this.held) if (slots.length === most) this.full.add(one);
    if (!this.full.has(key)) return this.anyOf(this.largest());
    const own = this.held.get(key) ?? [];
    return this.random.uniform() < own.length / this.shown.get(key)! ? this.anyOf(own) : undefined;
  }

  /** The slots of a class that holds most, a random one of several. */
  private largest(): number[] {
    const most = Math.max(...[...this.held.values()].map((slots) => slots.length));
    const candidates = [...this.held.values()].filter((slots) => slots.length === most);
    return candidates.length === 1 ? candidates[0] : candidates[this.random.integer(candidates.length)];
  }

  private anyOf(slots: readonly number[]): number {
    return slots[this.random.integer(slots.length)];
  }

  private countOf(key: string): number {
    return this.held.get(key)?.length ?? 0;
  }

  /** The share of a class when all classes seen have the same. */
  private share(key: string): number {
    const classes = this.held.size + (this.held.has(key) ? 0 : 1);
    return Math.max(1, Math.floor(this.capacity / classes));
  }
}
