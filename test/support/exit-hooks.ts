const hooks = new Set<() => void>();
let isListening = false;

/**
 * Runs `hook` when the test process ends, for whatever a failed test leaves behind. Hooks are synchronous.
 * Returns a function that takes the hook back, for those who have cleaned up themselves.
 */
export function onExit(hook: () => void): () => void {
  if (!isListening) {
    isListening = true;
    process.once('exit', () => {
      for (const each of [...hooks].toReversed()) each();
    });
  }
  hooks.add(hook);
  return () => hooks.delete(hook);
}
