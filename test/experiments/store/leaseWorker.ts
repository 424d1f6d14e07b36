import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Leases } from '../../../src/experiments/store/leases';
import { Sessions } from '../../../src/experiments/store/sessions';

/**
 * Takes and gives back leases, and often leaves one behind as a process does that is killed: `leaseWorker.js FOLDER MILLISECONDS`.
 * Tells how many it took, and how often another held the same lease at that moment.
 */
const [folder, milliseconds] = process.argv.slice(2);
const sessions = new Sessions(join(folder, 'sessions'), 60);
const leases = new Leases(join(folder, 'leases'), sessions);
let own = sessions.begin();
let [taken, twice] = [0, 0];
for (const end = Date.now() + Number(milliseconds); Date.now() < end;) {
  const id = `run-${Math.floor(Math.random() * 4)}`;
  if (!leases.take(id, own)) continue;
  taken++;
  const marker = join(folder, `${id} is held`);
  try {
    writeFileSync(marker, own, { flag: 'wx' });
  } catch {
    twice++;
  }
  rmSync(marker, { force: true });
  if (Math.random() < 0.2) {
    sessions.remove(own);
    own = sessions.begin();
  } else leases.release(id, own);
}
sessions.remove(own);
console.log(JSON.stringify({ taken, twice }));
