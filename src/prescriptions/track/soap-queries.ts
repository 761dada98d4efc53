import { deflateSync } from 'node:zlib';

import type { QueryAnswer, SoapQuery, SoapQueryHandler } from '../../gateways/hl7v3/index.ts';
import { FRAME_OID } from '../../gateways/hl7v3/oids.ts';
import { type Element, element, textElement } from '../../gateways/xml/element.ts';
import type { Interaction } from '../../identity/index.ts';
import { currentIssue, issueOf } from '../issues.ts';
import { numbersOf } from '../patients/repository.ts';
import type { Spine } from '../perform.ts';
import type { Issue } from '../prescription.ts';
import { shortForm } from '../prescription-id.ts';
import * as repository from '../repository.ts';
import { epsRecord } from './eps-record.ts';
import { findPrescriptions, forbiddenText, noteReading, ofKept } from './find.ts';
import { isDocument, keptDocument } from './kept-act.ts';
import { messageKey } from './message-key.ts';
import {
  type DetailQuery,
  readDetailQuery,
  readDocumentQuery,
  readSearchQuery,
} from './read-query.ts';
import { foundOf, isSought } from './search.ts';
import { type TrackedRecord, trackedRecord } from './tracked-record.ts';

const DETAIL = 'QURX_IN000005UK99';
const CLINICAL = 'QURX_IN000005UK98';
const DOCUMENT = 'GET_PRESCRIPTION_DOCUMENT_INUK01';
const SEARCH = 'PRESCRIPTIONSEARCH_SM01';

/** What trackers ask over SOAP [EPS-HL7V3 10.2]. */
export function soapQueries(spine: Spine): SoapQueryHandler[] {
  const mm = '/syncservice-mm/mm';
  const pds = '/syncservice-pds/pds';
  return [
    { interaction: DETAIL, path: mm, handle: (query) => detail(spine, query) },
    { interaction: DOCUMENT, path: mm, handle: (query) => document(spine, query) },
    { interaction: CLINICAL, path: pds, handle: (query) => clinicalView(spine, query) },
    { interaction: SEARCH, path: pds, handle: (query, wantsXml) => search(spine, query, wantsXml) },
  ];
}

const NOT_FOUND = 'Prescription not found';
const NO_SUCH_ISSUE = 'Prescription repeat instance not found';
const UNREADABLE = 'The prescription as it is kept cannot be read';

function fault(text: string): QueryAnswer {
  return { kind: 'fault', isForbidden: false, text };
}

function forbidden(spine: Spine, query: SoapQuery, act: Interaction): QueryAnswer | null {
  const text = forbiddenText(spine, query, act);
  return text === null ? null : { kind: 'fault', isForbidden: true, text };
}

/** A record and the issue that is asked for; why there is none, in words. */
async function asked(spine: Spine, { id, issue }: DetailQuery): Promise<Asked | string> {
  const record = id === null ? null : await trackedRecord(spine, id);
  if (record === null) return NOT_FOUND;
  const { prescription } = record;
  const found = issue === null ? currentIssue(prescription) : issueOf(prescription, issue);
  return found === null ? NO_SUCH_ISSUE : { record, issue: found };
}

async function detail(spine: Spine, query: SoapQuery): Promise<QueryAnswer> {
  const refused = forbidden(spine, query, 'tracker-detail');
  if (refused !== null) return refused;
  const read = readDetailQuery(query.query);
  if (!read.ok) return fault(read.error);
  const found = await asked(spine, read.value);
  if (typeof found === 'string') return fault(found);
  const subject = ofKept(spine, { asking: query, interaction: DETAIL }, () => recordOf(found));
  if (subject === null) return fault(UNREADABLE);
  await noteReading(spine, query, DETAIL, [found.record.prescription]);
  return {
    kind: 'found',
    interaction: 'PORX_IN000006UK99',
    wrapper: 'prescriptionDetailQueryResponse',
    isConfirmed: false,
    subject,
  };
}

const CLINICAL_VIEW = 'prescriptionClinicalViewResponse';

async function clinicalView(spine: Spine, query: SoapQuery): Promise<QueryAnswer> {
  const refused = forbidden(spine, query, 'tracker-clinical-view');
  if (refused !== null) return refused;
  const read = readDetailQuery(query.query);
  if (!read.ok) return searchRefusal(CLINICAL_VIEW, INVALID, read.error);
  const found = await asked(spine, read.value);
  if (typeof found === 'string') return searchRefusal(CLINICAL_VIEW, '0001', NOT_FOUND);
  const subject = ofKept(spine, { asking: query, interaction: CLINICAL }, () => recordOf(found));
  if (subject === null) return searchRefusal(CLINICAL_VIEW, INVALID, UNREADABLE);
  await noteReading(spine, query, CLINICAL, [found.record.prescription]);
  return {
    kind: 'found',
    interaction: 'PORX_IN000006UK98',
    wrapper: CLINICAL_VIEW,
    isConfirmed: true,
    subject,
  };
}

type Asked = { readonly record: TrackedRecord; readonly issue: Issue };

function recordOf({ record, issue }: Asked): Element {
  const index = element(
    'epsIndex',
    {},
    textElement('prescriptionID', shortForm(record.prescription.id)),
    textElement('instanceNumber', String(issue.number)),
  );
  return element('PrescriptionJsonQueryResponse', {}, epsRecord(record, issue), index);
}

/** A message by the key that the record names it by: whoever may see the one may see the other. */
async function document(spine: Spine, query: SoapQuery): Promise<QueryAnswer> {
  const refused = forbidden(spine, query, 'tracker-document');
  if (refused !== null) return refused;
  const read = readDocumentQuery(query.query);
  if (!read.ok) return fault(read.error);
  const { id, key } = read.value;
  const record = id === null ? null : await trackedRecord(spine, id);
  if (record === null) return fault(NOT_FOUND);
  const message = record.messages.find((one) => messageKey(one) === key);
  if (message === undefined || !isDocument(message)) return fault('Document not found');
  const as = { asking: query, interaction: DOCUMENT };
  const text = ofKept(spine, as, () => keptDocument(message));
  if (text === null) return fault(UNREADABLE);
  await noteReading(spine, query, DOCUMENT, [record.prescription]);
  return {
    kind: 'found',
    interaction: 'GET_PRESCRIPTION_DOCUMENT_RESPONSE_INUK01',
    wrapper: 'prescriptionDocumentResponse',
    isConfirmed: false,
    subject: element(
      'document',
      {},
      element('documentType', { value: message.interaction }),
      element('content', { value: deflateSync(Buffer.from(text)).toString('base64') }),
    ),
  };
}

const SEARCH_RESPONSE = 'prescriptionSearchResponse';

async function search(spine: Spine, query: SoapQuery, wantsXml: boolean): Promise<QueryAnswer> {
  const refused = forbidden(spine, query, 'tracker-search-legacy');
  if (refused !== null) return refused;
  const read = readSearchQuery(query.query);
  if (!read.ok) {
    return read.error === 'checksum'
      ? searchRefusal(SEARCH_RESPONSE, '0005', 'Invalid prescription checksum')
      : searchRefusal(SEARCH_RESPONSE, INVALID, read.error.text);
  }
  const { id, patient } = read.value;
  const numbers = patient === null ? [] : await numbersOf(spine.database, patient);
  const ids = id === null ? await repository.ofPatient(spine.database, numbers) : [id];
  const found = await findPrescriptions(
    spine,
    { asking: query, interaction: SEARCH },
    ids,
    (prescription) => isSought(prescription, read.value, numbers),
  );
  if (found.length === 0) return searchRefusal(SEARCH_RESPONSE, '0001', NOT_FOUND);
  await noteReading(
    spine,
    query,
    SEARCH,
    found.map(({ prescription }) => prescription),
  );
  const prescriptions = found.map((one) => foundOf(one.prescription, one.document));
  if (!wantsXml) return { kind: 'json', body: { Response: { prescriptions } } };
  const elements = prescriptions.map((one) => elementOf('prescription', one));
  return {
    kind: 'found',
    interaction: 'PRESCRIPTIONSEARCHRESPONSE_SM01',
    wrapper: SEARCH_RESPONSE,
    isConfirmed: false,
    subject: element('searchResults', {}, elements),
  };
}

/** The same as in JSON: an element for each member, one for each member of a list. */
function elementOf(name: string, value: Readonly<Record<string, Told>>) {
  const inside = Object.entries(value).flatMap(([member, one]) =>
    typeof one === 'string'
      ? [textElement(member, one)]
      : one.map((each) =>
          element(
            member,
            {},
            Object.entries(each).map(([inner, text]) => textElement(inner, text)),
          ),
        ),
  );
  return element(name, {}, inside);
}

type Told = string | readonly Readonly<Record<string, string>>[];

/** Of the list of prescribing errors, as it is what is asked that is wrong. */
const INVALID = '0008';

function searchRefusal(wrapper: string, code: string, text: string): QueryAnswer {
  const reason =
    code === INVALID
      ? {
          codeSystem: FRAME_OID.prescribingError,
          code,
          displayName: `Unable to process message. Information missing or invalid - ${text}`,
        }
      : { codeSystem: 'PRESCRIPTION_SEARCH_ERROR', code, displayName: text };
  return { kind: 'refused', wrapper, reason };
}
