import { nameSchema } from '../../protocol/names.ts';
import { latestIndexed } from './streams.ts';

/** The name of an environment as people choose it: it stands in commands, paths and the label `streamName`. */
export const environmentNameSchema = nameSchema.refine(
  (name) => name !== latestIndexed,
  `${latestIndexed} is the stream of what was indexed last: choose another name`,
);
