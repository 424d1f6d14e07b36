import type { Kernels } from '../../backend';

/**
 * Kernels with some operations of one's own. All else is as with `k`; where `k` is a tape, gradients flow back through what the own
 * operations ask of it.
 */
export function kernelsWith(k: Kernels, own: Partial<Kernels>): Kernels {
  return new Proxy(k, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof Kernels];
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
