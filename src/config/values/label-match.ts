import { accept, refuse, scalarKind, type ValueKind } from './value-kind.ts';
import { yamlText } from './text.ts';

export interface LabelMatch {
  key: string;
  /** Any value when left out. */
  value?: string;
}

const expectation = 'is not a label: write key or key=value';

/** A container's label, with any value (`key`) or a certain one (`key=value`). */
export const labelMatch: ValueKind<LabelMatch> = scalarKind({
  type: 'label',
  expectation,
  parse(text) {
    const [key = '', ...value] = text.split('=');
    if (key.trim() === '') return refuse(expectation);
    return accept(value.length === 0 ? { key } : { key, value: value.join('=') });
  },
  toYaml: ({ key, value }: LabelMatch) => yamlText(value === undefined ? key : `${key}=${value}`),
});
