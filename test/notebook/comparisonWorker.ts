import { Comparison, EWC, ExperienceReplay, getSplitMnist, MultiHeadMLP } from '../../src';

/** A comparison in a process of its own, as after a restart of the kernel: `comparisonWorker.js STORE`. It tells each task. */
const comparison = new Comparison({
  stream: (seed) =>
    getSplitMnist({ seed, data: 'synthetic', nTasks: 3, classesPerTask: 2, limitPerTask: 320, testLimitPerTask: 40 }),
  methods: {
    er: (seed) => new ExperienceReplay(new MultiHeadMLP({ seed, hidden: [16] }), { seed, epochs: 40, capacity: 40 }),
    ewc: (seed) => new EWC(new MultiHeadMLP({ seed, hidden: [16] }), { seed, epochs: 40, lambda: 1 }),
  },
  seeds: [1],
  store: process.argv[2],
});
void comparison.train().then((runs) => {
  console.log(`done ${JSON.stringify(runs.map(({ id, matrix }) => ({ id, matrix })))}`);
});
