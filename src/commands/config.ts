import type { Command } from './command.ts';
import { readExporterConfig } from './exporter-config-input.ts';

/** `tallyman config check`: reads the configuration as the exporter would, and says what is wrong with it. */
export const config: Command = async (context) => {
  const [action, ...args] = context.args;
  if (action !== 'check') {
    context.printError("tallyman config: use 'tallyman config check', with the flags of the exporter");
    return { exitCode: 2 };
  }
  const result = await readExporterConfig({ ...context, args });
  if ('exitCode' in result) return result;
  context.print(result.configFile === undefined ? 'configuration ok' : `${result.configFile}: ok`);
  return { exitCode: 0 };
};
