/**
 * Where an agent's connection stands:
 * - disconnected: not started, or stopped; nothing runs
 * - connecting: a server is dialled
 * - greeting: the connection is there, hello was sent, and the server's welcome is awaited
 * - open: both sides speak
 * - waiting: it is over, and the time of the next attempt is set
 */
export type Phase = 'disconnected' | 'connecting' | 'greeting' | 'open' | 'waiting';

const next: Readonly<Record<Phase, readonly Phase[]>> = {
  disconnected: ['connecting'],
  connecting: ['greeting', 'waiting', 'disconnected'],
  greeting: ['open', 'waiting', 'disconnected'],
  open: ['waiting', 'disconnected'],
  waiting: ['connecting', 'disconnected'],
};

export function mayFollow(from: Phase, to: Phase): boolean {
  return next[from].includes(to);
}
