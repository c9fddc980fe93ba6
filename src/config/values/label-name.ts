import { accept, refuse, type ValueKind } from './value-kind.ts';
import { textKind } from './text.ts';

const notNamespace = 'is not a namespace: use letters, digits, _ and :, not starting with a digit';

/** A prefix for metric names; empty means none. */
export const namespace: ValueKind<string> = textKind('metric name prefix', notNamespace, (text) =>
  text === '' || /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(text) ? accept(text) : refuse(notNamespace),
);

/** The name of a container's label, as Docker has it. */
export const containerLabel: ValueKind<string> = textKind(
  'label name',
  'is not a label: write the name of a container label',
  (text) => (text.trim() === '' ? refuse('is empty: write the name of a container label') : accept(text)),
);
