import { CommanderError } from 'commander';
import { findingsTable, type Finding } from './finding';
import { soakInterrupts } from './interrupts';
import { soakKills } from './kills';
import { parseOptions, type SoakOptions } from './options';
import { soakReaders } from './readers';
import { soakSteps } from './steps';

const RUN = { steps: soakSteps, readers: soakReaders, interrupts: soakInterrupts, kills: soakKills };

async function main(options: SoakOptions): Promise<number> {
  const findings: Finding[] = [];
  const tell = (finding: Finding) => {
    findings.push(finding);
    console.error(`${finding.ok ? 'ok    ' : 'NOT OK'} ${finding.what}: ${finding.did}: ${finding.found}`);
  };
  for (const [part, run] of Object.entries(RUN)) {
    if ((options.only as string[]).includes(part)) await run(options, tell);
  }
  console.log(findingsTable(findings));
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

try {
  void main(parseOptions(process.argv.slice(2))).then((code) => process.exit(code));
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode;
}
