import { type Command, EXIT, type Invocation } from '../../cli/command.ts';
import { storeCommand } from '../../installation/store-command.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { prescriptionKey, shortForm } from '../prescription-id.ts';
import { findTraces, type Trace } from './repository.ts';

/** Finds the messages that an operator was told of; no data of patients is shown. */
export const inspectCommand: Command = storeCommand({
  name: 'inspect',
  summary: 'show every message in and out, and what was done, for an id',
  usage: '<id>',
  options: [],
  examples: [
    {
      line: 'spine inspect 24F5DA-A83008-7EFE6Z',
      explanation: 'all that happened to a prescription',
    },
    {
      line: 'spine inspect 9A7B3C1E-0F5D-4C59-8E0B-6B4D3A2F1E00',
      explanation: 'a message, by its own id or by that of its transmission; or a conversation',
    },
    {
      line: 'spine inspect 24F5DA-A83008-7EFE6Z -o json',
      explanation: 'the same with all ids, for a program',
    },
  ],
  work: inspect,
});

async function inspect({ words: [text = ''], output }: Invocation, database: Database) {
  if (text === '') {
    output.progress('spine inspect: name an id of a message, a conversation or a prescription');
    return EXIT.wrongUse;
  }
  const uuid = parseUuid(text);
  const found = await findTraces(database, { text, uuid, prescription: prescriptionKey(text) });
  const traces = found.map(shown);
  if (traces.length === 0) output.progress(`Nothing is known of "${text}".`);
  output.result(traces.map(lineOf).join('\n'), traces);
  return traces.length === 0 ? EXIT.refused : EXIT.ok;
}

/** With the id of a prescription as everybody writes it. */
function shown(trace: Trace) {
  const { at, prescription } = trace;
  return {
    ...trace,
    at: at.toISOString(),
    prescription: prescription === null ? null : shortForm(prescription),
  };
}

function lineOf({
  at,
  kind,
  id,
  interaction,
  party,
  prescription,
  state,
}: ReturnType<typeof shown>) {
  const about = [party, prescription].filter((word) => word !== null).join(' ');
  return `${at}  ${kind.padEnd(7)}  ${id.toUpperCase()}  ${interaction}  ${about}  ${state}`;
}
