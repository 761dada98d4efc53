import type { Bundle, Dosage, List, MedicationRequest } from 'fhir/r4';

import { escapeText } from '../../gateways/xml/escape.ts';
import { onlyReferred } from './only.ts';
import { extension, resourcesOf } from './r4.ts';
import { EXTENSION } from './systems.ts';
import type { Translation } from './translation.ts';

/**
 * Additional instructions of an item: a piece of XML that is sent as text, so that each of its own
 * texts is escaped here and once more when it is written. The first item also carries what is for
 * the patient: the repeat medication and the messages [EPS-SIGNATURE 2.6].
 */
export function instructionsText(request: MedicationRequest, patientText: string): string {
  const words = extension(
    extension(request, EXTENSION.controlledDrug) ?? undefined,
    'quantityWords',
  )?.valueString;
  const controlled = words === undefined || words === '' ? [] : [`CD: ${words}`];
  const note = request.note?.[0]?.text ?? '';
  const own = [...controlled, ...(note === '' ? [] : [note])].join('\n');
  return `${patientText}${escaped(own)}`;
}

/** What is for the patient: it stands with the first item. */
export function patientText(to: Translation, bundle: Bundle): string {
  const payloads = resourcesOf(bundle, 'CommunicationRequest').flatMap(
    ({ payload }) => payload ?? [],
  );
  const medication = payloads
    .flatMap(({ contentReference }) => (contentReference === undefined ? [] : [contentReference]))
    .flatMap((reference) => to.take(onlyReferred(bundle, reference, 'List'), NO_LIST).entry ?? [])
    .map(({ item }) => `<medication>${escaped(item.display ?? '')}</medication>`);
  const information = payloads.flatMap(({ contentString }) =>
    contentString === undefined ? [] : [`<patientInfo>${escaped(contentString)}</patientInfo>`],
  );
  return [...medication, ...information].join('');
}

const NO_LIST: List = { resourceType: 'List', status: 'current', mode: 'snapshot' };

/** An ampersand that had been escaped before is taken as one [EPS-SIGNATURE 2.6]. */
function escaped(text: string): string {
  return escapeText(text.replaceAll('&amp;', '&'));
}

/** Steps of one sequence number go together, the numbers one after the other [EPS-SIGNATURE 2.4]. */
export function dosageText(dosages: readonly Dosage[]): string {
  const bySequence = new Map<number, string[]>();
  for (const { sequence = 0, text = '' } of dosages) {
    bySequence.set(sequence, [...(bySequence.get(sequence) ?? []), text]);
  }
  return [...bySequence]
    .toSorted(([one], [other]) => one - other)
    .map(([, texts]) => texts.join(', and '))
    .join(', then ');
}

/** Additional instructions of an item, taken apart again. */
export type Instructions = {
  /** The patient's repeat medication, and what they are told: of the first item only. */
  readonly medication: readonly string[];
  readonly information: readonly string[];
  /** The quantity of a controlled drug. */
  readonly quantityWords: string | null;
  readonly note: string | null;
};

const PATIENT_PART = /<(medication|patientInfo)>([^]*?)<\/\1>/g;
const PATIENT_PARTS = /^(?:<(medication|patientInfo)>[^]*?<\/\1>)+/;
const CONTROLLED = /^CD: ([^\n]+)(?:\n([^]+))?$/;

/** What `instructionsText` put together; text of other senders that has no such parts is a note [EPS-FHIR 4.5]. */
export function readInstructions(text: string, isFirst: boolean): Instructions {
  const [patientParts] = (isFirst ? PATIENT_PARTS.exec(text) : null) ?? [''];
  const parts = [...patientParts.matchAll(PATIENT_PART)];
  const of = (kind: string): string[] =>
    parts.filter(([, name]) => name === kind).map(([, , content = '']) => unescaped(content));
  const own = unescaped(text.slice(patientParts.length));
  const [, quantityWords = null, note = null] = CONTROLLED.exec(own) ?? [null, null, own];
  return {
    medication: of('medication'),
    information: of('patientInfo'),
    quantityWords,
    note: note === '' ? null : note,
  };
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
