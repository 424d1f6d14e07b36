import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { openStore } from '../../src/experiments';

const ROOT = resolve(__dirname, '..', '..', '..'); // of the project; this file runs from dist/test/examples
const example = (name: string) => join(ROOT, 'test', 'examples', name);
const folder = mkdtempSync(join(tmpdir(), 'job-arrays-'));
after(() => rmSync(folder, { recursive: true }));

const onUnix = { skip: process.platform === 'win32' && 'needs a shell' };
/** Two runs that need seconds. */
const SMALL = ['--quick', '--study', 'class-incremental', '--method', 'naive'];

/** Runs a script of the shell with these variables; the lines of its output that matter. */
function job(args: string[], variables: Record<string, string>): { status: number | null; text: string } {
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined, ...variables };
  const { status, stdout, stderr } = spawnSync('sh', args, { cwd: ROOT, env, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

test('the jobs of a Slurm array share the plan and fill one store', onUnix, () => {
  const script = example('slurm-array.sh');
  const text = readFileSync(script, 'utf8');
  const [, last] = /#SBATCH --array=1-(\d+)/.exec(text)!;
  assert.match(text, new RegExp(`^PARTS=${last} `, 'm'), 'as many parts as jobs');
  const STORE = join(folder, 'slurm');
  const outputs = ['1', '2', '3'].map((index) =>
    job([script, ...SMALL, '--seeds', '1,2'], {
      STORE,
      SLURM_ARRAY_TASK_ID: index,
      SLURM_CPUS_PER_TASK: '2',
      SLURM_SUBMIT_DIR: ROOT,
    }),
  );
  for (const { status, text: output } of outputs) assert.equal(status, 0, output);
  assert.deepEqual(
    outputs.map(({ text: output }) => /note: part (.*) runs/.exec(output)![1]),
    ['1 of 8: 1 of 2', '2 of 8: 1 of 2', '3 of 8: 0 of 2'],
  );
  assert.equal(openStore(STORE).ids().length, 2);
});

test('the pods of an indexed job of Kubernetes share the plan and fill one store', onUnix, () => {
  const text = readFileSync(example('kubernetes-job.yaml'), 'utf8');
  const [, count] = /completions: (\d+)/.exec(text)!;
  const [, command] = /args:\n +- (exec .*)\n/.exec(text)!;
  assert.ok(command.includes(`"$((JOB_COMPLETION_INDEX + 1))/${count}" --store /runs `), 'as many parts as pods');
  assert.match(text, /mountPath: \/runs/);
  const store = join(folder, 'kubernetes');
  const own = command.replace(' /runs ', ` ${store} `).replace(/--seeds \S+/, '--seeds 1,2');
  for (const index of ['0', '1', '7']) {
    const { status, text: output } = job(['-c', [own, ...SMALL].join(' ')], { JOB_COMPLETION_INDEX: index });
    assert.equal(status, 0, output);
    assert.match(output, new RegExp(`note: part ${Number(index) + 1} of ${count}: ${index === '7' ? 0 : 1} of 2 runs`));
  }
  assert.equal(openStore(store).ids().length, 2);
});
