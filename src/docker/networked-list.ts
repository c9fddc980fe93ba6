import { z } from 'zod';
import { listedContainerSchema } from './schemas.ts';

const text = z.string().nullish();

/** One entry of GET /containers/json with ports and addresses, which scrapes have no use for. */
export const networkedContainerSchema = listedContainerSchema.extend({
  Ports: z.array(z.object({ PrivatePort: z.number(), Type: text })).nullish(),
  HostConfig: z.object({ NetworkMode: text }).nullish(),
  NetworkSettings: z
    .object({
      Networks: z.record(z.string(), z.object({ IPAddress: text, GlobalIPv6Address: text }).nullish()).nullish(),
    })
    .nullish(),
});
export type NetworkedContainer = z.infer<typeof networkedContainerSchema>;
