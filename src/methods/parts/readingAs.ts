import type { Kernels, Value, Variable } from '../../backend';

/**
 * Kernels that read variables otherwise: with weights after a step that is not made (MIR), or units switched off (XdG, HAT). All else
 * is as with `k`; where `k` is a tape, gradients flow back through the change.
 *
 * @param change from what a variable holds to what is read of it
 */
export function readingAs(k: Kernels, change: (variable: Variable, content: Value) => Value): Kernels {
  return new Proxy(k, {
    get(target, name) {
      if (name === 'read') return (variable: Variable) => change(variable, target.read(variable));
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
