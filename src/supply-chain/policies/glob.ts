/**
 * Whether a text matches a pattern as a whole: `*` is any number of characters but `/`, `**` any at all, `?` is one
 * that is no `/`. All else stands for itself. Takes time in proportion to pattern times text, whatever they hold.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const steps = pattern.match(/\*+|[^*]/gsu) ?? [];
  /** reached[i]: the text so far matches the first i steps. */
  let reached = new Uint8Array(steps.length + 1);
  let next = new Uint8Array(steps.length + 1);
  reached[0] = 1;
  passStars(steps, reached);
  for (const character of text) {
    next.fill(0);
    let isAlive = false;
    for (let i = 0; i < steps.length; i += 1) {
      const step = steps[i] ?? '';
      if (reached[i] === 0 || !accepts(step, character)) continue;
      next[step.startsWith('*') ? i : i + 1] = 1;
      isAlive = true;
    }
    if (!isAlive) return false;
    passStars(steps, next);
    [reached, next] = [next, reached];
  }
  return reached[steps.length] === 1;
}

function accepts(step: string, character: string): boolean {
  if (step === '*' || step === '?') return character !== '/';
  return step.startsWith('*') || step === character;
}

/** A star may stand for nothing: whatever reaches it has passed it too. */
function passStars(steps: readonly string[], reached: Uint8Array): void {
  for (let i = 0; i < steps.length; i += 1) {
    if (reached[i] === 1 && steps[i]?.startsWith('*')) reached[i + 1] = 1;
  }
}
