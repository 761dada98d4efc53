import { fail, ok, type Result } from '../../kernel/result.ts';
import { storedAddress } from '../address.ts';
import { DEATH_STATUSES, DEATH_SYSTEM, URLS } from '../codes.ts';
import { inOrder } from '../fields/address.ts';
import { withOffset } from '../fields/death-time.ts';
import { deathStatusOf } from '../fields/extension.ts';
import { normalName } from '../fields/name.ts';
import { withStart } from '../fields/period.ts';
import { isSame, type Json, type JsonMap, listAt, mapsAt, textAt } from '../json.ts';
import { forbiddenUpdate, type Refusal } from '../outcome.ts';
import type { Reader } from '../reader.ts';
import { type PatientRecord, sensitivityOf } from '../record.ts';
import { viewOf } from '../view/view.ts';
import { applyPatches, removalRefusal } from './apply.ts';
import { ownChangeFault, ownPatchFault, readPatches } from './patch.ts';
import { updateFault } from './rules.ts';

/** A request to change a patient. */
export type Update = {
  /** `{"patches": […]}`, as it came. */
  readonly body: Json;
  readonly reader: Reader;
  /** The day in London, `2026-03-29`. */
  readonly today: string;
  /** An id for an item that is new. */
  readonly nextId: () => string;
};

/** The record after a change, or why it is not changed; everything or nothing [PDS 6]. */
export function update(
  record: PatientRecord,
  { body, reader, today, nextId }: Update,
): Result<PatientRecord, Refusal> {
  if (sensitivityOf(record.patient) !== 'U') {
    return fail(forbiddenUpdate('source not permitted to update a sensitive record'));
  }
  const patches = readPatches(body);
  if (!patches.ok) return patches;
  const seen = viewOf(record, reader);
  const isPatient = reader.mode === 'patient';
  const refusal =
    (isPatient ? ownPatchFault(patches.value) : null) ?? removalRefusal(patches.value);
  if (refusal !== null) return fail(refusal);
  const patched = applyPatches(seen, patches.value, nextId);
  if (!patched.ok) return patched;
  const foreign = isPatient ? ownChangeFault(seen, patched.value) : null;
  if (foreign !== null) return fail(foreign);
  const after = normal(record.patient, seen, patched.value, today);
  const before = normal(record.patient, seen, seen, today);
  const fault = updateFault({ before, after, today });
  if (fault !== null) return fail(fault);
  const patient = finished(record.patient, after);
  return ok({
    ...record,
    version: record.version + 1,
    patient,
    history: historyOf(record, patient),
  });
}

/** From the form that was shown to the one that is kept: lines in their places, names as they are written, unseen parts back. */
function normal(stored: JsonMap, seen: JsonMap, patched: JsonMap, today: string): JsonMap {
  const wasShown = (list: string, one: JsonMap): boolean =>
    mapsAt(seen, list).some((other) => isSame(one, other));
  const storedItem = (list: string, one: JsonMap): JsonMap | undefined =>
    mapsAt(stored, list).find(({ id }) => id !== undefined && id === one['id']);
  const names = mapsAt(patched, 'name').map((one) =>
    wasShown('name', one) || typeof one['family'] !== 'string' ? one : normalName(one),
  );
  const addresses = mapsAt(patched, 'address').map((one) => {
    const old = storedItem('address', one);
    return wasShown('address', one) && old !== undefined ? old : storedAddress(one, old);
  });
  const started = (list: string, items: readonly JsonMap[]): JsonMap[] =>
    items.map((one) => (storedItem(list, one) === undefined ? withStart(one, today) : one));
  return {
    ...patched,
    ...listed('name', started('name', names)),
    ...listed('address', started('address', addresses)),
    ...listed('telecom', started('telecom', mapsAt(patched, 'telecom'))),
    ...listed('extension', extensionsOf(stored, seen, patched)),
  };
}

function listed(name: string, items: readonly Json[]): JsonMap {
  return { [name]: [...items] };
}

/** What the reader was not shown stays; what was shown otherwise than it is stays as it is. */
function extensionsOf(stored: JsonMap, seen: JsonMap, patched: JsonMap): Json[] {
  const kept = listAt(patched, 'extension').map((one) => {
    const isAsShown = mapsAt(seen, 'extension').some((other) => isSame(one, other));
    const old = mapsAt(stored, 'extension').find(({ url }) => url === textAt(one, 'url'));
    return isAsShown && old !== undefined ? old : one;
  });
  const shownUrls = mapsAt(seen, 'extension').map(({ url }) => url);
  return [...kept, ...mapsAt(stored, 'extension').filter(({ url }) => !shownUrls.includes(url))];
}

function finished(stored: JsonMap, after: JsonMap): JsonMap {
  const { name, address, deceasedDateTime, extension, ...others } = after;
  const entries = Object.entries({
    ...others,
    name: usualFirst(mapsAt(name)),
    address: inOrder(mapsAt(address)),
    extension: mapsAt(extension).map(withDisplay),
  }).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  return {
    ...Object.fromEntries(entries),
    ...(typeof deceasedDateTime === 'string'
      ? { deceasedDateTime: withOffset(deceasedDateTime) }
      : {}),
    ...(stored['meta'] === undefined ? {} : { meta: stored['meta'] }),
  };
}

/** The usual name, then by the day on which they began [PDS 6.1]. */
function usualFirst(names: readonly JsonMap[]): JsonMap[] {
  const key = (name: JsonMap): string =>
    `${name['use'] === 'usual' ? 0 : 1}${textAt(name, 'period', 'start')}`;
  return names.toSorted((one, other) =>
    key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0,
  );
}

function withDisplay(extension: JsonMap): JsonMap {
  if (extension['url'] !== URLS.death) return extension;
  const code = deathStatusOf(extension);
  const display = DEATH_STATUSES[code] ?? '';
  const coding = [{ system: DEATH_SYSTEM, version: '1.0.0', code, display }];
  const parts = mapsAt(extension, 'extension').map((part) =>
    part['url'] === 'deathNotificationStatus'
      ? { ...part, valueCodeableConcept: { coding } }
      : part,
  );
  return { ...extension, extension: parts };
}

const REMEMBERED = ['name', 'address', 'telecom'];

/** With what is no longer so: what a search with history may find [PDS 5.3, 6.2]. */
function historyOf({ patient, history }: PatientRecord, after: JsonMap): JsonMap {
  const lists = REMEMBERED.map((list): [string, Json[]] => {
    const gone = mapsAt(patient, list).filter(
      (one) => !mapsAt(after, list).some((other) => isSame(one, other)),
    );
    return [list, [...mapsAt(history, list), ...gone]];
  });
  const { gender } = patient;
  const isChanged = gender !== undefined && gender !== after['gender'];
  const genders = [...listAt(history, 'gender'), ...(isChanged ? [gender] : [])];
  const filled = [...lists, ['gender', genders] as const].filter(([, items]) => items.length > 0);
  return { ...history, ...Object.fromEntries(filled) };
}
