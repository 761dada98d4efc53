import type { Component } from '../components.ts';

const NONE: readonly Component[] = [];

/** Which parts of the service a request asks for; none for what is no work of anybody's. */
export function componentsAsked(method: string, path: string): readonly Component[] {
  for (const [start, of] of DOORS) if (path.startsWith(start)) return of(method, path);
  return NONE;
}

/** The same by the SOAPAction of a message of HL7 V3; none for what only asks. */
export function componentsOfAction(action: string): readonly Component[] {
  const [interaction = ''] = /[A-Z]{4}_IN\d{6}/.exec(action) ?? [];
  return ACTIONS[interaction] ?? NONE;
}

type Of = (method: string, path: string) => readonly Component[];

const SIGN_IN: readonly Component[] = ['sign-in'];
const SESSIONS: readonly Component[] = ['sessions'];
const LOOKUP: readonly Component[] = ['demographics'];
const UPDATE: readonly Component[] = ['demographics-update'];
const DIRECTORY: readonly Component[] = ['directory'];
const TRACKER: readonly Component[] = ['tracker'];
const SIGNING: readonly Component[] = ['signing'];
const SEND: readonly Component[] = ['send-fhir', 'cancel'];
const RELEASE: readonly Component[] = ['nominated-download', 'download-by-id'];
const RETURN: readonly Component[] = ['return-withdraw'];
const DISPENSE: readonly Component[] = ['dispense'];
const CLAIM: readonly Component[] = ['claim'];
const ANY_MESSAGE: readonly Component[] = ['send-fhir', 'cancel', 'dispense'];

const prescribing: Of = (_method, path) => {
  if (path.endsWith('/$prepare')) return SIGNING;
  return path.endsWith('/$process-message') ? SEND : NONE;
};

const dispensing: Of = (method, path) => {
  if (path.endsWith('/Task/$release')) return RELEASE;
  if (path.endsWith('/$process-message')) return DISPENSE;
  if (path.endsWith('/Claim')) return CLAIM;
  if (path.endsWith('/Task')) return method === 'GET' ? TRACKER : RETURN;
  return NONE;
};

/** The older base has both halves, and messages of both at one address. */
const both: Of = (method, path) => {
  if (path.endsWith('/$process-message')) return ANY_MESSAGE;
  return path.endsWith('/$prepare') ? SIGNING : dispensing(method, path);
};

const DOORS: readonly (readonly [start: string, of: Of])[] = [
  ['/fhir-prescribing/', prescribing],
  ['/fhir-dispensing/', dispensing],
  ['/electronic-prescriptions/', both],
  ['/clinical-prescription-tracker', () => TRACKER],
  ['/personal-demographics/', (method) => (method === 'GET' ? LOOKUP : UPDATE)],
  ['/spine-directory/', () => DIRECTORY],
  ['/oauth2/userinfo', () => SESSIONS],
  ['/oauth2', () => SIGN_IN],
  ['/openam', () => SIGN_IN],
  ['/saml', () => SIGN_IN],
  ['/signin', () => SIGN_IN],
  ['/_local/token', () => SIGN_IN],
];

const ACTIONS: Readonly<Record<string, readonly Component[]>> = {
  PORX_IN020101: ['send-hl7v3'],
  PORX_IN030101: ['cancel'],
  PORX_IN060102: ['nominated-download'],
  PORX_IN132004: ['download-by-id'],
  PORX_IN080101: DISPENSE,
  PORX_IN090101: CLAIM,
  PORX_IN100101: RETURN,
  PORX_IN510101: RETURN,
};
