import { z } from 'zod';

const allowed = 'letters, digits, dots, dashes and underscores, at most 63, beginning with a letter or digit';

/** The name of a host, a token, a role or a user, as people choose it and as it stands in labels and paths. */
export const nameSchema = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, `use ${allowed}`);
