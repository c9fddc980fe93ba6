import { PatternFault, type Assertion, type CharacterSet, type Node } from './syntax.ts';

/** A step of the machine that runs a pattern: takes one character, or goes on without one. */
export type Step =
  | { kind: 'set'; set: CharacterSet }
  | { kind: 'assertion'; assertion: Assertion }
  /** Goes on here and there at once. */
  | { kind: 'fork'; to: number }
  | { kind: 'jump'; to: number }
  | { kind: 'end' };

/** Each character of a text costs at the most this many steps. */
const longestProgram = 2000;

/** Turns a parsed pattern into the steps of a machine without memory (Thompson's construction). Throws PatternFault. */
export function compile(node: Node): readonly Step[] {
  const steps: Step[] = [];
  const emit = (step: Step): number => {
    if (steps.length >= longestProgram) throw new PatternFault('it is too long, with its repetitions written out');
    return steps.push(step) - 1;
  };

  /** Emits a fork and gives back what tells it where else to go. */
  const emitFork = (): ((to: number) => void) => {
    const step = { kind: 'fork' as const, to: 0 };
    emit(step);
    return (to) => void (step.to = to);
  };

  const emitRepeat = (body: Node, from: number, to: number): void => {
    for (let i = 0; i < from; i += 1) emitNode(body);
    if (to === Infinity) {
      const start = steps.length;
      const leave = emitFork();
      emitNode(body);
      emit({ kind: 'jump', to: start });
      leave(steps.length);
      return;
    }
    const leaves: ((to: number) => void)[] = [];
    for (let i = from; i < to; i += 1) {
      leaves.push(emitFork());
      emitNode(body);
    }
    for (const leave of leaves) leave(steps.length);
  };

  const emitChoice = (options: readonly Node[]): void => {
    const ends: { to: number }[] = [];
    for (const [i, option] of options.entries()) {
      const isLast = i === options.length - 1;
      const next = isLast ? undefined : emitFork();
      emitNode(option);
      if (isLast) break;
      const jump = { kind: 'jump' as const, to: 0 };
      emit(jump);
      ends.push(jump);
      next?.(steps.length);
    }
    for (const end of ends) end.to = steps.length;
  };

  const emitNode = (one: Node): void => {
    if (one.kind === 'set') emit({ kind: 'set', set: one });
    else if (one.kind === 'assertion') emit({ kind: 'assertion', assertion: one.assertion });
    else if (one.kind === 'repeat') emitRepeat(one.body, one.from, one.to);
    else if (one.kind === 'choice') emitChoice(one.options);
    else for (const part of one.parts) emitNode(part);
  };

  emitNode(node);
  emit({ kind: 'end' });
  return steps;
}
