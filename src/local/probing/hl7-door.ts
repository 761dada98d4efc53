import { writePost } from '../../gateways/hl7v3/index.ts';
import { present } from '../../kernel/bug.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import { StepFailed } from '../../operations/monitor/probes.ts';
import { openCertifiedClient } from '../../platform/certified-client.ts';
import { INTERACTIONS } from '../../prescriptions/index.ts';
import { textAt } from '../client/json.ts';

/** The door for HL7 V3 of one datacentre, as a system of suppliers comes to it. */
export type Hl7Door = {
  /** Posts an order in the form of `$convert` as the system's own, and looks whether it was accepted. */
  readonly send: (order: { readonly payload: string; readonly messageId: string }) => Promise<void>;
};

type System = Readonly<
  Record<'asid' | 'partyKey' | 'spineParty' | 'certificate' | 'key' | 'authorities', string>
>;

/** `credentials`: what `/_local/system-certificate` answered. */
export function openHl7Door(url: string, credentials: unknown): Hl7Door {
  const system = systemIn(credentials);
  const client = openCertifiedClient(
    () => system,
    () => false,
  );
  return {
    send: async ({ payload, messageId }) => {
      const post = writePost({
        from: system.partyKey,
        to: system.spineParty,
        cpaId: system.partyKey, // whoever waits for the answer has one contract for all
        messageId: present(parseUuid(messageId), 'id of a message'),
        conversationId: messageId.toUpperCase(),
        refToMessageId: null,
        interaction: INTERACTIONS.create,
        payload: inTheNameOf(system.asid, payload),
        at: new Date(),
      });
      const { status, body } = await client.post({ url: `${url}/Prescription`, ...post });
      if (status !== 200) throw new StepFailed(String(status));
      if (!body.toString('utf8').includes('typeCode="AA"')) throw new StepFailed('refused');
    },
  };
}

/** `$convert` writes for the facade that asks; the sender is somebody else here. */
function inTheNameOf(asid: string, payload: string): string {
  const [, facade = ''] = /<communicationFunctionSnd[^]*?extension="(\d+)"/.exec(payload) ?? [];
  return payload.replaceAll(`extension="${facade}"`, `extension="${asid}"`);
}

function systemIn(credentials: unknown): System {
  const text = (name: keyof System): string => textAt(credentials, name) ?? '';
  return {
    asid: text('asid'),
    partyKey: text('partyKey'),
    spineParty: text('spineParty'),
    certificate: text('certificate'),
    key: text('key'),
    authorities: text('authorities'),
  };
}
