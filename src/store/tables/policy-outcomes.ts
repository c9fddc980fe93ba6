/**
 * The results of an image's policies without their reasons, which can be a hundred times as long: of each object only
 * `result` is kept.
 */
export function outcomesOf(policies: string): string {
  const results = parseObject(policies);
  return JSON.stringify(Object.fromEntries(Object.entries(results).map(([id, result]) => [id, outcomeOf(result)])));
}

function outcomeOf(result: unknown): unknown {
  if (typeof result !== 'object' || result === null) return result;
  return 'result' in result ? { result: result.result } : {};
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
