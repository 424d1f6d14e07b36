import { withoutPassword } from '../experiments/executors/queue/address';

/** Calls this process by the name of its command where its arguments hold a password, which a list of processes would show. */
export function hideArguments(title: string): void {
  const given = process.argv.join(' ');
  if (withoutPassword(given) !== given) process.title = title;
}
