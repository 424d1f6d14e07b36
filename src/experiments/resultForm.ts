import { checkMatrix, checkTaskNames } from '../metrics/accuracyMatrix';
import { problem } from '../utils/errors';
import type { FailedRun } from './failedRun';
import { misfit } from './form';
import type { Form } from './form';
import type { ExperimentResult } from './result';

const SPEC: Form = {
  stream: { name: 'text', scenario: 'text' },
  model: {},
  optimizer: { name: 'text' },
  method: { name: 'text', options: {} },
  epochs: 'number',
  seed: 'number',
  measure: {},
  specVersion: 'number',
};

/** Where a run or a file of runs was made. */
const MACHINE: Form = { cpu: 'text', cores: 'number', memoryGb: 'number', system: 'text' };

const MADE: Form = { date: 'text', versions: { '*': 'text' }, 'commit?': 'text', machine: MACHINE };

const CURVE: Form = { steps: ['number'], accuracy: ['number'] };

/** A report of learning curves. */
export const CURVES: Form = {
  tasks: [
    {
      task: 'number',
      taskName: 'text',
      zeroShot: 'number',
      transfer: CURVE,
      scratch: CURVE,
      lca: 'number or null',
      lcaScratch: 'number or null',
    },
  ],
  zeroShot: 'number',
  lca: 'number or null',
  lcaScratch: 'number or null',
  afterSteps: [['number']],
};

/** What finished and failed runs have in common. */
const RUN: Form = {
  id: 'id',
  study: 'text',
  label: 'text',
  method: 'text',
  seed: 'number',
  samples: 'number',
  spec: SPEC,
  'made?': MADE,
};

const RESULT: Form = {
  ...RUN,
  fingerprint: 'text',
  device: 'text',
  seconds: 'number',
  peakMb: 'number',
  metrics: { acc: 'number or null', bwt: 'number or null', fwt: 'number or null', fm: 'number or null', '*': 'number or null' },
  parameters: { total: 'number', frozen: 'number', trainable: 'number' },
  'taskNames?': ['text'],
  'learningCurves?': CURVES,
  'stuckAtChance?': 'text',
  'losses?': [{ task: 'number', firstStep: 'number', steps: 'number', every: 'number', losses: ['number'] }],
};

const FAILED: Form = { ...RUN, failed: 'text' };

const REMEDY = 'the file was changed or damaged; run the benchmark again';

/** Throws unless an entry has what tables, figures and stores read. */
export function checkResult(subject: string, result: unknown): asserts result is ExperimentResult {
  const wrong = misfit(result, RESULT);
  if (wrong !== undefined) throw problem(subject, wrong, REMEDY);
  const { matrix, taskNames } = result as ExperimentResult;
  checkMatrix(matrix, subject);
  checkTaskNames(taskNames, matrix.length, subject);
}

/** Throws unless an entry is a failed run as tables, figures and stores read it. */
export function checkFailed(subject: string, run: unknown): asserts run is FailedRun {
  const wrong = misfit(run, FAILED);
  if (wrong !== undefined) throw problem(subject, wrong, REMEDY);
  checkMatrix((run as FailedRun).matrix, subject);
}
