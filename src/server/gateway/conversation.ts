import { z } from 'zod';
import { checkFrame, FrameFault, parseMessage, type UncheckedFrame } from '../../protocol/frame-codec.ts';
import { agentFrameSchema, helloSchema, protocolVersions, type AgentFrame } from '../../protocol/frames.ts';
import { Breach } from './breach.ts';

/**
 * The server's view of a conversation with one agent: what may come now. It starts by waiting for a hello, is open
 * after one that speaks a version of ours, and ends with the first breach. Pure: it sends nothing and knows no time.
 */
export interface Conversation {
  /**
   * Takes the text of the agent's next message. Returns what it says, or undefined for a type of message that a newer
   * agent may send. Throws a Breach; the conversation is over then.
   */
  take(text: string): AgentFrame | undefined;
  phase(): 'waiting' | 'open' | 'ended';
  /** The version that both speak; undefined before the hello. */
  protocol(): number | undefined;
}

const frameTypes: ReadonlySet<string> = new Set(agentFrameSchema.options.map((option) => option.shape.type.value));

/** Read by itself first: the rest of a hello may look different in a version that is not spoken here. */
const spokenSchema = z.object({ protocol: helloSchema.shape.protocol });

export function createConversation(): Conversation {
  let phase: 'waiting' | 'open' | 'ended' = 'waiting';
  let protocol: number | undefined;
  let lastSeq = 0;

  const count = (input: UncheckedFrame): void => {
    const { seq } = input;
    // Without a number: the schema refuses it in a known type, and in an unknown one it may be as it is.
    if (typeof seq !== 'number') return;
    if (seq <= lastSeq) throw new Breach('replay', 'a message was sent twice');
    if (seq !== lastSeq + 1) throw new Breach('sequence', 'a message is missing');
    lastSeq = seq;
  };

  const takeChecked = (text: string): AgentFrame | undefined => {
    if (phase === 'ended') throw new Breach('forged', 'the conversation is over');
    const input = parseMessage(text);
    count(input);
    if (phase === 'waiting') {
      if (input.type !== 'hello') throw new Breach('forged', 'the first message is a hello');
      protocol = chooseProtocol(input);
    } else if (input.type === 'hello') throw new Breach('forged', 'there is one hello in a conversation');
    const frame = checkFrame(agentFrameSchema, frameTypes, input);
    phase = 'open';
    return frame;
  };

  return {
    take(text) {
      try {
        return takeChecked(text);
      } catch (error) {
        phase = 'ended';
        if (error instanceof FrameFault) throw new Breach('forged', error.message);
        throw error;
      }
    },
    phase: () => phase,
    protocol: () => protocol,
  };
}

/** The newest version that both speak. */
function chooseProtocol(input: UncheckedFrame): number {
  const spoken = spokenSchema.safeParse(input);
  if (!spoken.success) throw new Breach('forged', 'a hello says which versions of the protocol it speaks');
  const { oldest, newest } = spoken.data.protocol;
  const chosen = Math.min(newest, protocolVersions.newest);
  if (chosen < Math.max(oldest, protocolVersions.oldest)) {
    const ours = `${protocolVersions.oldest} to ${protocolVersions.newest}`;
    throw new Breach(
      'version',
      `this server speaks the protocol's versions ${ours}, the agent ${oldest} to ${newest}`,
      'version',
    );
  }
  return chosen;
}
