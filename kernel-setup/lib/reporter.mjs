import { Readable } from 'node:stream';
import { spec } from 'node:test/reporters';

/*
 * Node's spec reporter without the two lines that libtensorflow 2.21 writes to stderr whenever it is loaded. They are
 * written before it reads TF_CPP_MIN_LOG_LEVEL, so no setting keeps them away.
 */
const CHATTER = /^(WARNING: All log messages before absl::InitializeLog\(\)|I0000 .*(port|cpu_feature_guard)\.cc).*\n?/gm;

/** A reporter for node --test. */
export default async function* reporter(source) {
  const inner = new spec();
  const quiet = async function* () {
    for await (const event of source) {
      if (event.type === 'test:stderr') {
        const message = event.data.message.replace(CHATTER, '');
        if (message.trim()) yield { ...event, data: { ...event.data, message } };
      } else {
        yield event;
      }
    }
  };
  yield* Readable.from(quiet()).pipe(inner);
}
