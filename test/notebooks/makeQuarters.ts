import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { RandomStream } from '../../src/utils/random';
import { notebookFolder } from './files';

// Makes notebooks/data/quarters.csv, the table of notebook 09: clients of a gym in eight quarters, and who of them stays. After
// `npx tsc -p .`, `node dist/test/notebooks/makeQuarters.js` writes it; a test holds the file to this script byte for byte.

/** The file of the notebook. */
export const quartersFile = path.join(notebookFolder, 'data', 'quarters.csv');

const QUARTERS = ['Q1 2024', 'Q2 2024', 'Q3 2024', 'Q4 2024', 'Q1 2025', 'Q2 2025', 'Q3 2025', 'Q4 2025'];
const ROWS = 400;
const SEED = 7;
/** What makes a client leave turns by this angle a quarter; in the seventh it is about the opposite of the first. */
const TURN = (32 * Math.PI) / 180;

/** The table as text. The fee rises from quarter to quarter, so a row shows which period it is from. */
export function quartersCsv(): string {
  const lines = ['quarter,age,tenure_months,monthly_fee,visits,support_calls,distance_km,has_contract,outcome'];
  for (const [q, quarter] of QUARTERS.entries()) {
    const random = new RandomStream(SEED, `quarters/${quarter}`);
    for (let row = 0; row < ROWS; row++) lines.push(`${quarter},${client(random, q)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** One client as text. Each feature is drawn around its usual value; z is how far it lies from it, in standard deviations. */
function client(random: RandomStream, q: number): string {
  const z = Array.from({ length: 6 }, () => Math.max(-2.5, Math.min(2.5, random.normal())));
  const contract = random.uniform() < 0.5;
  const age = Math.round(45 + 11 * z[0]);
  const tenure = Math.round(30 + 12 * z[1]);
  const fee = (24 + 4 * q + 0.6 * z[2]).toFixed(2);
  const visits = Math.round(8 + 3 * z[3]);
  const calls = Math.max(0, Math.round(4 + 1.6 * z[4]));
  const distance = (9 + 3.4 * z[5]).toFixed(1);
  const rarely = (z[4] - z[3]) / Math.SQRT2; // calls support, seldom comes: leaves in the first quarters
  const far = (z[5] - z[1]) / Math.SQRT2 + (contract ? -0.5 : 0.5); // far away, new, no contract: later
  const score = Math.cos(TURN * q) * rarely + Math.sin(TURN * q) * far + 0.25 * random.normal();
  return [age, tenure, fee, visits, calls, distance, contract, score > 0 ? 'leaves' : 'stays'].join(',');
}

if (require.main === module) writeFileSync(quartersFile, quartersCsv());
