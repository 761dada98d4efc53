import { JsonReader } from '../../kernel/json-reader.ts';
import { NOTHING, type View } from './old-view.ts';

/** One id as it is stored. */
export type StoredRow = {
  readonly id: string;
  readonly state: unknown;
  readonly waits: readonly string[];
  readonly had: readonly string[];
  readonly messages: readonly string[];
};

const ANY = /^/;

/** What the new store says, in the old store's words. */
export function newView({ state, waits, had, messages }: StoredRow): View {
  const from = new JsonReader(state, '', []);
  const kind = from.text('kind', ANY, 'a text');
  const common = {
    waitsFor: waits.toSorted().join(' '),
    had: had.toSorted(),
    messages: messages.toSorted(),
  };
  if (kind === 'tombstone') {
    const ids = messages.map((message) => message.slice(0, MESSAGE_ID_LENGTH)).toSorted();
    return { ...common, fate: 'tombstone', about: NOTHING, issues: [], pending: 0, messages: ids };
  }
  const pending = from.each('pending', () => null).length;
  if (kind === 'placeholder') {
    return { ...common, fate: 'placeholder', about: NOTHING, issues: [], pending };
  }
  const issues = from.each('issues', issueIn);
  const later = isPresent(state) ? from.object('later', laterIn) : [];
  return {
    ...common,
    fate: 'live',
    about: [
      TREATMENTS[from.text('treatment', ANY, 'a text')] ?? '?',
      from.text('prescriber', ANY, 'a text'),
      from.text('prescribedAt', ANY, 'a text').replaceAll(/[-T:]/g, '').slice(0, STAMP_LENGTH),
    ],
    issues: [...issues, ...later].toSorted(([one], [other]) => one - other),
    pending,
  };
}

const MESSAGE_ID_LENGTH = 36;
const STAMP_LENGTH = 14;
const TREATMENTS: Readonly<Record<string, string>> = {
  Acute: '0001',
  RepeatPrescribing: '0002',
  RepeatDispensing: '0003',
};

function isPresent(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'later' in state && state.later !== null;
}

/** Codes of the specification [EPS-LIFECYCLE 1.1, 1.2], written down here once more. */
const ISSUES: Readonly<Record<string, string>> = {
  AwaitingReleaseReady: '0000',
  ToBeDispensed: '0001',
  WithDispenser: '0002',
  WithDispenserActive: '0003',
  Expired: '0004',
  Cancelled: '0005',
  Dispensed: '0006',
  NotDispensed: '0007',
  Claimed: '0008',
  NoClaimed: '0009',
  RepeatDispenseFuture: '9000',
  PrescriptionFuture: '9001',
};
const ITEMS: Readonly<Record<string, string>> = {
  FullyDispensed: '0001',
  NotDispensed: '0002',
  PartiallyDispensed: '0003',
  Owing: '0004',
  Cancelled: '0005',
  Expired: '0006',
  ToBeDispensed: '0007',
  WithDispenser: '0008',
};

function issueIn(from: JsonReader): View['issues'][number] {
  const number = Number(from.value('number'));
  const status = from.text('status', ANY, 'a text');
  const holder = from.object('holding', (holding) =>
    holding.object('holder', (party) =>
      party.object('organisation', (one) => one.optionalText('ods', ANY, 'a text')),
    ),
  );
  const claim = from.object('claim', (one) => one.optionalText('id', ANY, 'a text'));
  const live = status === 'Claimed' ? (claim ?? '').toUpperCase() : '';
  return [number, ISSUES[status] ?? status, itemsIn(from), holder ?? '', live];
}

function itemsIn(from: JsonReader): string {
  return from.each('items', (item) => ITEMS[item.text('status', ANY, 'a text')] ?? '?').join(' ');
}

function laterIn(from: JsonReader): View['issues'] {
  const [first, last] = [Number(from.value('from')), Number(from.value('to'))];
  const items = itemsIn(from);
  return Array.from(
    { length: last - first + 1 },
    (_, n) => [first + n, '9000', items, '', ''] as const,
  );
}
