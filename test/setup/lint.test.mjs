import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';
import { projectRoot, runScript } from './helpers.mjs';

test('the project is formatted, and the linter finds no fault', () => {
  // As run.mjs does, without the set-up before it.
  const { status, output } = runScript(`
    import { lint } from './kernel-setup/commands/lint.mjs';
    import { createContext } from './kernel-setup/lib/context.mjs';
    process.exitCode = await lint(createContext(), []);`);
  assert.equal(status, 0, `${output}\n(npm run format mends what can be mended by itself)`);
});

// With CI set, typescript-eslint reads files once, from the disk: it would not look at the texts below.
process.env.TSESTREE_SINGLE_RUN = 'false';

test('floating promises, unused code, printing and raw link tags are faults', async () => {
  const eslint = new ESLint({
    cwd: projectRoot,
    overrideConfigFile: path.join(projectRoot, 'kernel-setup', 'lint', 'eslint.config.mjs'),
  });
  const rulesFor = async (filePath, text) => {
    const [{ messages }] = await eslint.lintText(text, { filePath: path.join(projectRoot, filePath) });
    return messages.map(({ ruleId, message }) => ruleId?.replace('@typescript-eslint/', '') ?? message);
  };
  const library = `
    import { sep } from 'node:path';
    /** See {@link later}. */
    export async function later(): Promise<void> {}
    export class Counter {
      start(): void {
        later();
        console.log([1].map((x) => later()).length == 1);
      }
    }`;
  assert.deepEqual(await rulesFor('src/utils/format.ts', library), [
    'no-unused-vars',
    'no-warning-comments',
    'no-floating-promises',
    'no-console',
    'no-unused-vars',
    'eqeqeq',
  ]);
  const script = 'const later = async () => nowhere;\nlater();\n';
  assert.deepEqual(await rulesFor('kernel-setup/lib/find.mjs', script), ['no-undef', 'no-floating-promises']);
  assert.deepEqual(await rulesFor('kernel-setup/kernel/source.cjs', script), ['no-undef', 'no-floating-promises']);
  const registered = "import { test } from 'node:test';\ntest('a guarantee', () => undefined);\n";
  assert.deepEqual(await rulesFor('test/utils/format.test.ts', registered), [], 'the runner waits for its tests');
});
