import type { Terminal } from './group-parts.ts';
import { shownText } from './shown-text.ts';

/** One line at a terminal that is written over again and again, and goes away in the end; nothing without a terminal. */
export interface Progress {
  show(text: string): void;
  /** Can be called twice. */
  clear(): void;
}

/** Back to the beginning of the line, and nothing on it. */
const clearLine = '\r\u001b[K';

export function createProgress(terminal: Terminal | undefined): Progress {
  let shown = '';
  return {
    show(text) {
      if (terminal === undefined || text === shown) return;
      shown = text;
      terminal.write(clearLine + shownText(text));
    },
    clear() {
      if (shown !== '') terminal?.write(clearLine);
      shown = '';
    },
  };
}
