import { fail, ok } from '../../kernel/result.ts';
import { clientCommand } from '../client/command.ts';
import { PERSONAS } from '../personas.ts';
import { openJournal } from './journal.ts';
import { type Tracked, track as search } from './tracking.ts';

export const track = clientCommand({
  name: 'track',
  summary: 'show where a prescription is, or all of a patient',
  usage: '[prescription-id|nhs-number]',
  options: [],
  examples: [
    { line: 'spine track 0A1B2C-A83008-00001I', explanation: 'one prescription with its items' },
    { line: 'spine track 9990000018', explanation: "all of a patient's" },
    {
      line: 'spine track -o json --as dispenser',
      explanation: 'that of the last command, as data',
    },
  ],
  async work(invocation, client) {
    const session = { client, journal: openJournal(client.address, process.env) };
    const what = invocation.words.join('') || (await session.journal.find(null))?.shortFormId;
    if (what === undefined) {
      return fail({ kind: 'WrongUse', text: 'Say what to look for: an id or an NHS number.' });
    }
    const persona = invocation.globals.persona ?? PERSONAS.prescriber.name;
    const found = await search(session, persona, what);
    if (!found.ok) return found;
    const text = found.value.length === 0 ? `Nothing is known of ${what}.` : lines(found.value);
    return ok({ text, data: found.value });
  },
});

function lines(tracked: readonly Tracked[]): string {
  return tracked
    .flatMap(({ id, status, authoredOn, owner, items, signature }) => [
      `${id}  ${status.code} ${status.display}  ${authoredOn ?? ''}  ${owner ?? ''}`.trimEnd(),
      ...signatureLines(signature),
      ...items.map((item) => `  ${item.itemId}  ${item.status ?? ''}`.trimEnd()),
    ])
    .join('\n');
}

function signatureLines(signature: Tracked['signature']): string[] {
  if (signature === null) return [];
  const { findings, unlisted } = signature;
  return [
    `  signature: ${findings.length === 0 ? 'good' : findings.join('; ')}`,
    ...unlisted.map((uri) => `  signature: revocation list not to be had then: ${uri}`),
  ];
}
