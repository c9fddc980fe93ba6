/** Puts into an environment whatever runs on a host, in a stack of any host, or with a label. */
export type AutomaticRule = { environment: string } & (
  | { kind: 'host'; host: string }
  | { kind: 'stack'; stack: string }
  | { kind: 'label'; name: string; value: string }
);

/** A container that runs now, and the image it was made from. */
export interface RunningImage {
  digest: string;
  host: string;
  /** Compose's project. */
  stack?: string | undefined;
  /** The container's labels, where they are known. */
  labels?: Readonly<Record<string, string>> | undefined;
}

/** Which images are in which environment by the rules; an image may be named more than once. */
export function automaticMembers(
  rules: readonly AutomaticRule[],
  running: readonly RunningImage[],
): { environment: string; digest: string }[] {
  return rules.flatMap((rule) =>
    running
      .filter((container) => isCovered(container, rule))
      .map(({ digest }) => ({ environment: rule.environment, digest })),
  );
}

function isCovered({ host, stack, labels = {} }: RunningImage, rule: AutomaticRule): boolean {
  if (rule.kind === 'host') return host === rule.host;
  if (rule.kind === 'stack') return stack === rule.stack;
  return Object.hasOwn(labels, rule.name) && labels[rule.name] === rule.value;
}
