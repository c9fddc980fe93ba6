import { errorText } from '../../base/errors.ts';
import { parseDockerHost } from '../docker-host.ts';
import { accept, refuse, type ValueKind } from './value-kind.ts';
import { textKind } from './text.ts';

/** An engine's address, kept as written; `parseDockerHost` takes it apart. */
export const dockerHost: ValueKind<string> = textKind('address', "is not an engine's address: use text", (text) => {
  if (text === '') return refuse('is empty: use unix:///var/run/docker.sock or tcp://host:2375');
  try {
    parseDockerHost(text, false);
    return accept(text);
  } catch (error) {
    return refuse(errorText(error));
  }
});
