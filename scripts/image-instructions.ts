/** Instructions that `docker import --change` takes on every engine from 20.10 on. */
const taken = ['CMD', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'HEALTHCHECK', 'LABEL', 'USER', 'VOLUME', 'WORKDIR'];
/** Those that do not describe the image but make it. */
const skipped = ['ARG', 'COPY', 'FROM'];

/**
 * What the last stage of a Dockerfile says of the image, one instruction a line, with the values of its arguments put in:
 * so that an image that is not built from the Dockerfile is described by it all the same.
 */
export function imageInstructions(dockerfile: string, values: Readonly<Record<string, string>>): string[] {
  const lines = dockerfile
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const last = lines.findLastIndex((line) => line.startsWith('FROM '));
  return lines.slice(last).flatMap((line) => {
    const [word = ''] = line.split(' ', 1);
    if (skipped.includes(word)) return [];
    if (!taken.includes(word))
      throw new Error(`the Dockerfile's last stage has ${word}, which docker import cannot do`);
    return [line.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => present(values, name))];
  });
}

function present(values: Readonly<Record<string, string>>, name: string): string {
  const value = values[name];
  if (value === undefined) throw new Error(`the Dockerfile's last stage has \${${name}}, which has no value here`);
  return value;
}
