import { scanSchema } from '../protocol/api/supply-chain.ts';
import { createSingleCommand } from './cli/command-group.ts';
import { switchFlag } from './cli/flags.ts';
import { shownText } from './cli/shown-text.ts';
import { defineSubcommand } from './cli/subcommand.ts';
import { parseReference } from './cli/words.ts';
import { orgFlag, orgPath } from './supply-chain/org.ts';

export const scanCommand = defineSubcommand({
  name: 'scan',
  summary: 'has images scanned where the server is, and their reports stored',
  further: { word: 'REF' },
  flags: {
    running: switchFlag('Whatever runs on the hosts of the fleet.'),
    org: orgFlag,
  },
  remarks: ['Needs trivy or grype where the server is. Images are scanned one at a time.'],
  check({ flags: { running }, further }) {
    if (running && further.length > 0) return ['--running is for what runs: leave out the images, or the flag'];
    if (!running && further.length === 0) return ['say what to scan: REF, or --running'];
    // A scanner finds an image by its name.
    return further.flatMap((text) => {
      const parsed = parseReference(text);
      return parsed.ok ? [] : [parsed.message];
    });
  },
  async run({ api, way, further, flags: { org, running } }) {
    const body = running ? { running } : { images: further };
    const scan = await api.call({ method: 'POST', path: orgPath(org, 'scans'), body, reply: scanSchema });
    const { scanner, queued } = scan;
    const count = queued.length === 1 ? 'one image' : `${String(queued.length)} images`;
    // Only a server that runs goes on with it when the command has ended.
    const note =
      way.kind === 'state' ? `${scanner} has scanned ${count}.` : `${scanner} scans ${count} now, one at a time.`;
    return { json: scan, lines: queued.map(shownText), notes: [note] };
  },
});

export const scan = createSingleCommand(scanCommand);
