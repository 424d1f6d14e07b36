import { bench } from './commands/bench.mjs';
import { benchmark } from './commands/benchmark.mjs';
import { docs } from './commands/docs.mjs';
import { doctor, readDoctor } from './commands/doctor.mjs';
import { gate } from './commands/gate.mjs';
import { lab, readLab } from './commands/lab.mjs';
import { format, lint } from './commands/lint.mjs';
import { notebooks, readNotebooks } from './commands/notebooks.mjs';
import { reproduce } from './commands/reproduce.mjs';
import { results } from './commands/results.mjs';
import { soak } from './commands/soak.mjs';
import { test } from './commands/test.mjs';
import { tune } from './commands/tune.mjs';
import { worker } from './commands/worker.mjs';
import { hideQueue } from './lib/queue.mjs';
import { compile } from './steps/compile.mjs';
import { htmlExport } from './steps/html-export.mjs';
import { kernelspec } from './steps/kernelspec.mjs';
import { nativeAddon } from './steps/native-addon.mjs';
import { nodePackages } from './steps/node-packages.mjs';
import { pythonPackages } from './steps/python-packages.mjs';

/** The steps by name, in the order they are taken. */
export const STEPS = {
  'node-packages': nodePackages,
  'python-packages': pythonPackages,
  'native-addon': nativeAddon,
  compile,
  kernelspec,
  'html-export': htmlExport,
};

/**
 * The commands: what each needs (without it, it is not started), what it uses where it is there (without it, it goes on
 * with a word about it; with CI=true a missing part is a failure all the same), and what is started.
 * `read(args)`, where there is one, reads the arguments before anything is set up: it gives `{request}` for `start`, with
 * settings of the context, or `{text, code}` where there is only something to print (help, a wrong argument).
 * `start(context, request, results)` gives the exit code; `notStarted` is that of a command whose parts are missing (default 1).
 */
export const COMMANDS = {
  lab: {
    about: 'open JupyterLab on the notebooks, or on a folder or notebook of yours (other arguments go to JupyterLab)',
    read: readLab,
    needs: ['node-packages', 'python-packages', 'compile', 'kernelspec'],
    uses: ['native-addon', 'html-export'],
    start: lab,
  },
  test: {
    about: 'run the tests (arguments: parts of test paths, options of node --test)',
    needs: ['node-packages', 'compile'],
    uses: ['python-packages', 'native-addon', 'kernelspec', 'html-export'],
    start: test,
  },
  benchmark: {
    about: 'run the benchmark (--help shows its options)',
    read: (args) => hideQueue('benchmark', args),
    needs: ['node-packages', 'compile'],
    uses: ['native-addon'],
    start: benchmark,
  },
  tune: {
    about: 'search the options of methods for the benchmark, on data held out of training (--help shows its options)',
    needs: ['node-packages', 'compile'],
    uses: ['native-addon'],
    start: tune,
  },
  results: {
    about: 'list, compare, merge and export the runs that the benchmark keeps (--help shows its commands)',
    needs: ['node-packages', 'compile'],
    uses: [],
    start: results,
  },
  reproduce: {
    about: 'repeat published experiments and compare their figures with ours (--list, --help)',
    needs: ['node-packages', 'compile'],
    uses: ['native-addon'],
    notStarted: 2, // 1 would say that a figure is not reached
    start: reproduce,
  },
  gate: {
    about: 'judge whether a new model may replace the one in use (--help shows its options)',
    needs: ['node-packages', 'compile'],
    uses: [],
    notStarted: 2, // 1 would say that the new model is worse
    start: gate,
  },
  worker: {
    about: 'take runs from a queue that the benchmark puts there (--help shows its options)',
    read: (args) => hideQueue('worker', args),
    needs: ['node-packages', 'compile'],
    uses: ['native-addon'],
    start: worker,
  },
  bench: {
    about: 'time training steps against other engines (--help shows its options)',
    needs: ['node-packages', 'compile'],
    uses: ['native-addon'],
    start: bench,
  },
  soak: {
    about: 'train, corrupt, interrupt and kill for long, and look whether anything grows or gets lost (--help shows its options)',
    needs: ['node-packages', 'compile'],
    uses: ['native-addon'],
    start: soak,
  },
  notebooks: {
    about: 'run the notebooks and write them with their outputs (--help shows what else)',
    read: readNotebooks,
    needs: ['node-packages', 'python-packages', 'compile', 'kernelspec'],
    uses: ['native-addon', 'html-export'],
    start: notebooks,
  },
  lint: {
    about: 'check how the code looks and look for faults (arguments: files and folders)',
    needs: ['node-packages'],
    uses: [],
    start: lint,
  },
  format: {
    about: 'mend what lint complains about, as far as it can be mended by itself (arguments: files and folders)',
    needs: ['node-packages'],
    uses: [],
    start: format,
  },
  docs: {
    about: 'write the API reference (arguments go to TypeDoc)',
    needs: ['node-packages'],
    uses: [],
    start: docs,
  },
  doctor: {
    about: 'show the state of every part, and what the set-up would install (--fix installs it)',
    read: readDoctor,
    needs: [],
    uses: Object.keys(STEPS),
    start: doctor,
  },
};
