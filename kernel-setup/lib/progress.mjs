const FRAMES = ['|', '/', '-', '\\'];

/**
 * Says what is going on while something lasts. On a terminal one line is kept up to date from the first second on;
 * elsewhere one plain line is written when it begins to last, and one every 30 s.
 * @param {{out: NodeJS.WritableStream & {isTTY?: boolean, columns?: number}}} context
 * @param {string} label what is being done, as a reader would say it
 * @returns {{detail: (text: string) => void, stop: () => void}}
 */
export function startProgress({ out }, label) {
  const start = Date.now();
  let detail = '';
  let frame = 0;
  let drawn = false;
  let lastPlain = 0;
  const seconds = () => Math.round((Date.now() - start) / 1000);
  const timer = setInterval(() => {
    if (Date.now() - start < 900) return;
    if (out.isTTY) {
      const line = `${FRAMES[frame++ % FRAMES.length]} ${label} … ${seconds()} s${detail ? `, ${detail}` : ''}`;
      out.write(`\r\u001b[K${line.slice(0, (out.columns ?? 80) - 1)}`);
      drawn = true;
    } else if (lastPlain === 0 || Date.now() - lastPlain > 30_000) {
      out.write(lastPlain === 0 ? `  ${label} …\n` : `  … ${label}: ${seconds()} s${detail ? `, ${detail}` : ''}\n`);
      lastPlain = Date.now();
    }
  }, 200);
  timer.unref();
  return {
    detail: (text) => {
      detail = text;
    },
    stop: () => {
      clearInterval(timer);
      if (drawn) out.write('\r\u001b[K');
    },
  };
}
