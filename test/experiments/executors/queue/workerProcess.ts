import { QueueAddress } from '../../../../src/experiments/executors/queue/address';
import type { QueueTiming } from '../../../../src/experiments/executors/queue/timing';
import { QueueWorker } from '../../../../src/experiments/executors/queue/worker';

/** A worker in a process of its own: `workerProcess.js URL CONCURRENCY SCRIPT TIMING`. */
const [url, concurrency, script, timing] = process.argv.slice(2);
const say = (line: string) => console.log(line);
const options = { concurrency: Number(concurrency), modules: [], say, ...(script !== '' && { script }) };
const worker = new QueueWorker(new QueueAddress(url), options, JSON.parse(timing) as QueueTiming);
process.on('SIGINT', () => void worker.stop().then(() => process.exit(0)));
void worker.start().then(() => say('ready'));
