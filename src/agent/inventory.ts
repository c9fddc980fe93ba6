import { containerName } from '../docker/container-filter.ts';
import type { ListedContainer } from '../docker/schemas.ts';
import { statusFacts } from '../docker/status-text.ts';
import { inventoryContainerSchema, type InventoryContainer } from '../protocol/frames.ts';
import { containersPerHost } from '../protocol/limits.ts';

/** The longest texts that the protocol takes. */
const longest = { name: 512, image: 1024, imageId: 256, label: 512, id: 128 };

const states: ReadonlyMap<string, InventoryContainer['state']> = new Map([
  ...inventoryContainerSchema.shape.state.options.map((word) => [word, word] as const),
  // Podman's words for the same.
  ['configured', 'created'],
  ['initialized', 'created'],
  ['stopping', 'running'],
  ['stopped', 'exited'],
]);

/**
 * The engine's list as the fleet knows it. Texts that are too long are cut, and containers whose state is none that the
 * protocol has a word for are left out, as is everything past the most containers that a host may have. Of other labels
 * than Compose's only those asked for are told.
 */
export function toInventory(
  listed: readonly ListedContainer[],
  labelNames: readonly string[] = [],
): InventoryContainer[] {
  return listed.flatMap((one) => toContainer(one, labelNames)).slice(0, containersPerHost);
}

function toContainer(listed: ListedContainer, labelNames: readonly string[]): InventoryContainer[] {
  const state = states.get(listed.State ?? '');
  if (state === undefined || listed.Id.length > longest.id) return [];
  const { health, exitCode } = statusFacts(listed.Status ?? '');
  const labels = listed.Labels ?? {};
  const label = (name: string): string | undefined =>
    Object.hasOwn(labels, name) ? labels[name]?.slice(0, longest.label) : undefined;
  const project = label('com.docker.compose.project');
  const service = label('com.docker.compose.service');
  const asked = labelNames.flatMap((name) => {
    const value = label(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const imageId = listed.ImageID ?? '';
  return [
    {
      id: listed.Id,
      name: containerName(listed).slice(0, longest.name),
      image: (listed.Image ?? '').slice(0, longest.image),
      state,
      health: health ?? 'none',
      ...(exitCode === undefined || !Number.isSafeInteger(exitCode) ? {} : { exitCode }),
      ...(project === undefined ? {} : { project }),
      ...(service === undefined ? {} : { service }),
      // `docker compose run` writes "True", older versions "true".
      ...(label('com.docker.compose.oneoff')?.toLowerCase() === 'true' ? { oneOff: true } : {}),
      ...(asked.length === 0 ? {} : { labels: Object.fromEntries(asked) }),
      ...(imageId === '' || imageId.length > longest.imageId ? {} : { imageId }),
    },
  ];
}
