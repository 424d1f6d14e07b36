import { registerStream } from '../../../src/experiments';
import { getSplitMnist } from '../../../src/scenarios';

/** A module as users write it: it makes a stream of their own known in every process that loads it. */
registerStream('own-stream', ({ seed, nTasks }) =>
  getSplitMnist({
    seed: seed as number,
    nTasks: nTasks as number,
    classesPerTask: 2,
    data: 'synthetic',
    limitPerTask: 40,
    testLimitPerTask: 40,
  }),
);
