/** What a function prints with console.log and to stdout. */
export async function printed(action: () => unknown): Promise<string> {
  const { write } = process.stdout;
  const { log } = console;
  let text = '';
  process.stdout.write = ((piece: string | Uint8Array) => {
    text += String(piece);
    return true;
  }) as typeof write;
  console.log = (...values) => {
    text += `${values.join(' ')}\n`;
  };
  try {
    await action();
  } finally {
    process.stdout.write = write;
    console.log = log;
  }
  return text;
}
