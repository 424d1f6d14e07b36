/** An experiment as the first version of the library wrote it. */
export const experiment = {
  study: 'forward-transfer',
  label: 'EWC λ=100',
  scenario: 'task-incremental',
  dataset: 'split-mnist',
  method: 'ewc',
  seed: 42,
  options: { epochs: 5, lr: 0.02, momentum: 0.9, lambda: 100 },
  stream: { nTasks: 2, batchSize: 64, hidden: [32], data: 'real', limitPerTask: 500 },
  transfer: true,
  matrix: [
    [0.9, 0.7],
    [0.5, 0.8],
  ],
  metrics: {
    acc: 0.75,
    bwt: -0.2,
    fwt: 0.5,
    fm: 0.2,
    intransigence: 0.2,
    averageForgetting: 0.2,
    averageIncrementalAccuracy: 0.8,
  },
  capacity: { total: 10, frozen: 4, trainable: 6 },
  peakMb: 500,
  device: 'TensorFlow',
  seconds: 3,
  fingerprint: 'f8b96b423cf0',
  transferReport: {
    tasks: [
      {
        task: 1,
        taskName: 'digits 2, 3',
        zeroShot: 0.5,
        transfer: { steps: [0, 1], accuracy: [0.5, 0.6] },
        scratch: { steps: [0, 1], accuracy: [0.4, 0.5] },
        lca: 0.55,
        lcaScratch: 0.45,
      },
    ],
    zeroShot: 0.5,
    lca: 0.55,
    lcaScratch: 0.45,
    afterSteps: [[1, 0.6, 0.5]],
  },
};

/** A results file of the first version. */
export const content = (...experiments: unknown[]) => ({
  versions: { node: '20' },
  machine: { cores: 2 },
  backend: 'TensorFlow',
  experiments,
});
