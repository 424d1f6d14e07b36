import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeCommit, describeMachine, describeVersions } from '../../src/utils/environment';

const root = join(__dirname, '..', '..', '..');

test('the machine and the versions are told', () => {
  const { cpu, cores, memoryGb, system } = describeMachine();
  assert.ok(cpu.length > 0 && cores >= 1 && memoryGb > 0.1);
  assert.equal(system, `${process.platform} ${process.arch}`);
  assert.equal(describeVersions().node, process.versions.node);
});

test('the commit is the one that git names, with a word about changes; none outside a repository', () => {
  const commit = describeCommit();
  if (!existsSync(join(root, '.git'))) return assert.equal(commit, undefined);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
  assert.equal(commit, `${git('rev-parse', 'HEAD')}${changed ? ' + changes' : ''}`);
});
