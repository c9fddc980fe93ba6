import type { Log } from './log.ts';

/** How many distinct subjects are remembered; past it the oldest is forgotten and may be logged again. */
const rememberedSubjects = 1000;

/** Logs a warning once for each subject, until reset. */
export function createOnceLog(log: Log): {
  warn(subject: string, fields: Record<string, unknown>, message: string): void;
  /** All is well again: whatever happens next is news. */
  reset(): void;
} {
  const seen = new Set<string>();
  return {
    warn(subject, fields, message) {
      if (seen.has(subject)) return;
      if (seen.size >= rememberedSubjects)
        for (const oldest of seen) {
          seen.delete(oldest);
          break;
        }
      seen.add(subject);
      log.warn(fields, message);
    },
    reset: () => seen.clear(),
  };
}
