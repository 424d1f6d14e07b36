/**
 * Loads a package that asks for tfjs-node, whose native addon does not load everywhere and which, once loaded, takes the
 * place of the backend in use. Unless it is loaded already, the package gets plain tfjs under its name: the same operations,
 * on whatever backend is in use. Later calls of `require` find tfjs-node as ever.
 *
 * @param load requires the package
 * @param from a folder from which tfjs-node is found as the package finds it
 * @throws what `load` throws
 */
export function withPlainTfjs<T>(load: () => T, from: string): T {
  const asked = require.resolve('@tensorflow/tfjs-node', { paths: [from] });
  if (require.cache[asked]) return load();
  require('@tensorflow/tfjs');
  require.cache[asked] = require.cache[require.resolve('@tensorflow/tfjs')];
  try {
    return load();
  } finally {
    delete require.cache[asked];
  }
}
