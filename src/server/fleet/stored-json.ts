import { z } from 'zod';

/** Reads what the store keeps as JSON; undefined for whatever is not of the schema. Never throws. */
export function parseStoredJson<S extends z.ZodType>(schema: S, text: string): z.infer<S> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The exporter of a host as the gateway writes it into the host's row. */
export const storedExporterSchema = z.object({
  address: z.string().min(1),
  port: z.int().min(1).max(65535),
  tls: z.boolean(),
  path: z.string(),
});
