import { z } from 'zod';
import { inventoryContainerSchema } from '../frames.ts';
import { pageOf } from './page.ts';

export const containerStateSchema = inventoryContainerSchema.shape.state;

export const containerSchema = z
  .object({
    host: z.string(),
    id: z.string(),
    name: z.string(),
    image: z.string(),
    imageId: z.string().optional(),
    state: containerStateSchema,
    health: inventoryContainerSchema.shape.health.unwrap(),
    exitCode: z.int().optional(),
    project: z.string().optional(),
    service: z.string().optional(),
  })
  .meta({ id: 'Container' });
export type Container = z.infer<typeof containerSchema>;
export const containersSchema = pageOf(containerSchema);
