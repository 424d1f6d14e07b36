import type { Kernels } from '../../src/backend';

/** Kernels that compute as others do and write down the name of each that is called; reading a variable is no operation. */
export function spied(k: Kernels): { kernels: Kernels; calls: string[] } {
  const calls: string[] = [];
  const kernels = new Proxy(k, {
    get(target, name: keyof Kernels) {
      const compute = target[name] as (...inputs: unknown[]) => unknown;
      return (...inputs: unknown[]) => {
        if (name !== 'read') calls.push(name);
        return compute.apply(target, inputs);
      };
    },
  });
  return { kernels, calls };
}
