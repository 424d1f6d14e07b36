/** Signs that command a terminal or turn the direction of text round, C0 and C1 of ISO 6429 and Unicode's bidi controls, without tab and line feed. */
const COMMANDS = new RegExp('[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069]', 'g');

/** Text with signs in place of those that nobody sees and that command a terminal: `␛[2J` for the one that clears it. */
export function visible(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(COMMANDS, (sign) => {
    const code = sign.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code); // the sign's own picture
    return code === 0x7f ? '␡' : '\ufffd';
  });
}

/** The same in one line. */
export function visibleLine(text: string): string {
  return visible(text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' '));
}
