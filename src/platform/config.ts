import { isIP } from 'node:net';

import { fail, ok, type Result } from '../kernel/result.ts';
import { type PatientIssuer, patientIssuerOf } from './config/patient-issuer.ts';
import { type AuditPlace, auditPlaceOf } from './config/audit.ts';
import { numberOf, portOf } from './config/numbers.ts';
import {
  type CardPort,
  cardPortOf,
  type Hl7Port,
  hl7PortOf,
  type SharedPorts,
  sharedPortsOf,
} from './config/ports.ts';
import { type PdsConfig, pdsConfigOf } from './config/pds.ts';
import { type MeasuresConfig, measuresOf } from './config/measures.ts';
import { perSecondOf } from './config/per-second.ts';
import { type FilesConfig, filesOf } from './config/files.ts';
import { statusOf } from './config/status.ts';
import { words } from './config/words.ts';

export type { PatientIssuer } from './config/patient-issuer.ts';
export type { CardPort, Hl7Port } from './config/ports.ts';

/** What the environment says of this process; parsed once, by main.ts alone. */
export type Config = FilesConfig & {
  readonly mode: 'test' | 'live';
  readonly databaseUrl: string;
  /** Of a database that may be read while there is no primary; null: nothing is read then. */
  readonly readDatabaseUrl: string | null;
  /** Connections of this process to the database. */
  readonly databaseConnections: number;
  readonly datacentre: 'a' | 'b';
  readonly port: number;
  readonly host: string;
  readonly sharedPorts: SharedPorts;
  readonly organisationCheck: Strictness;
  readonly roleCheck: Strictness;
  readonly holderCheck: Strictness;
  readonly signatureCheck: Strictness;
  /** Address that certificates of cards name for their revocation lists; what they name cannot be changed later. */
  readonly pkiUrl: string;
  readonly nextIssueFrom: 'prescription' | 'dispense';
  readonly asids: { readonly own: string; readonly spine: string };
  readonly trackerIssues: 'current' | 'all';
  /** Null: the audit trail is not sealed. */
  readonly audit: AuditPlace | null;
  /** How often one application may call one base of the FHIR API; null: without limit. */
  readonly requestsPerMinute: number | null;
  readonly pds: PdsConfig;
  /** How often one application may ask for systems and endpoints; null: without limit [SDS 1]. */
  readonly sdsRequestsPerSecond: number | null;
  /** To the letter as relying parties compare it; null: the address of this process in a test installation, else none. */
  readonly cis2Issuer: string | null;
  /** Where browsers show certificates of cards; null: nowhere. */
  readonly cardPort: CardPort | null;
  /** Null: no patient signs in, unless this is a test installation. */
  readonly patientIssuer: PatientIssuer | null;
  /** Where the card agent of a user listens on their own machine; null: sign-in pages offer none. */
  readonly cardAgent: string | null;
  /** Where systems of HL7 V3 send their messages; null: nowhere. */
  readonly hl7v3: Hl7Port | null;
  /** Party key of this Spine [EPS-HL7V3 2.2]. */
  readonly spineParty: string;
  readonly pages: {
    /** Whom people turn to, at the foot of every page. */
    readonly helpContact: string;
    readonly showsNhsLogo: boolean;
  };
  /** Addresses under which sign-in is reached, the one to send browsers back to first; its own is always one. */
  readonly publicUrls: readonly string[];
  /** Nets from which identity providers may end sessions. */
  readonly logoutFrom: readonly string[];
  /** How long sessions last, and how long they may be left unused. */
  readonly sessionMinutes: Readonly<Record<keyof typeof SESSION_MINUTES, number>>;
  /** Where it hears of open incidents, and what it shows to tell how users fare; null: there is no status site. */
  readonly status: { readonly url: string; readonly key: string | null } | null;
  /** Answers have what the contracts say and nothing more. */
  readonly strictHeaders: boolean;
  readonly measures: MeasuresConfig;
  /** ODS codes of the organisations that run this service: their system administrators see `/ops`. */
  readonly operators: readonly string[];
  /** What is not to be had here. */
  readonly switchedOff: readonly Switch[];
};

type Switch = 'Prescribing' | 'Dispensing' | 'Tracker' | 'Release' | 'Cancellation';

type Strictness = 'compatible' | 'strict';

const SDS_RATE = 'OPENSPINE_SDS_REQUESTS_PER_SECOND';

/** All problems at once, each with the name of its setting. */
export function parseConfig(
  env: Readonly<Record<string, string | undefined>>,
): Result<Config, readonly string[]> {
  const problems: string[] = [];
  const one = chooser(env, problems);
  const isOn = (name: string, otherwise: 'true' | 'false'): boolean =>
    one(name, ['true', 'false'], otherwise) === 'true';
  const mode = one('OPENSPINE_MODE', ['test', 'live'], 'test');
  // Live, nobody acts for an organisation that is not theirs unless the operator says so [DESIGN D10].
  const strictness = mode === 'live' ? 'strict' : 'compatible';
  const port = portOf(env, 'OPENSPINE_PORT', '4400', problems);
  const config: Config = {
    mode,
    ...databaseOf(env, problems),
    port,
    datacentre: one('OPENSPINE_DATACENTRE', ['a', 'b'], 'a'),
    host: env['OPENSPINE_HOST'] ?? '127.0.0.1',
    sharedPorts: sharedPortsOf(env, problems),
    organisationCheck: one('OPENSPINE_ORGANISATION_CHECK', ['compatible', 'strict'], strictness),
    roleCheck: one('OPENSPINE_ROLE_CHECK', ['compatible', 'strict'], strictness),
    holderCheck: one('OPENSPINE_HOLDER_CHECK', ['compatible', 'strict'], strictness),
    signatureCheck: one('OPENSPINE_SIGNATURE_CHECK', ['compatible', 'strict'], strictness),
    pkiUrl: pkiUrlOf(env),
    nextIssueFrom: one('OPENSPINE_NEXT_ISSUE_FROM', ['prescription', 'dispense'], 'prescription'),
    audit: auditPlaceOf(env, problems),
    trackerIssues: one('OPENSPINE_TRACKER_ISSUES', ['current', 'all'], 'current'),
    requestsPerMinute: env[REQUESTS.name] === undefined ? null : numberOf(env, REQUESTS, problems),
    ...filesOf(env),
    pds: pdsConfigOf(env, problems),
    sdsRequestsPerSecond: perSecondOf(SDS_RATE, env[SDS_RATE] ?? 'none', problems),
    asids: asidsOf(env),
    cis2Issuer: issuerOf(env['OPENSPINE_CIS2_ISSUER'], problems),
    cardPort: cardPortOf(env, problems),
    cardAgent: cardAgentOf(env['OPENSPINE_CARD_AGENT'] ?? CARD_AGENT, problems),
    hl7v3: hl7PortOf(env, problems),
    spineParty: env['OPENSPINE_SPINE_PARTY'] ?? 'YES-0000806',
    pages: pagesOf(env, isOn('OPENSPINE_NHS_LOGO', 'false')),
    publicUrls: publicUrlsOf(env, problems),
    logoutFrom: netsOf(env, problems),
    patientIssuer: patientIssuerOf(env, problems),
    sessionMinutes: sessionMinutesOf(env, problems),
    status: statusOf(env, problems),
    strictHeaders: isOn('OPENSPINE_STRICT_HEADERS', 'false'),
    ...measuresOf(env, mode, problems),
    switchedOff: SWITCHES.flatMap(([name, off]) => (isOn(name, 'true') ? [] : [off])),
  };
  return problems.length === 0 ? ok(config) : fail(problems);
}

function databaseOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Pick<Config, 'databaseUrl' | 'readDatabaseUrl' | 'databaseConnections'> {
  const databaseUrl = env['DATABASE_URL'] ?? '';
  if (databaseUrl === '') problems.push('DATABASE_URL must name the PostgreSQL database');
  return {
    databaseUrl,
    readDatabaseUrl: env['OPENSPINE_READ_DATABASE_URL'] ?? null,
    databaseConnections: numberOf(env, CONNECTIONS, problems),
  };
}

/** Four a process do most on two cores with the database beside them; a standby far away wants more [PLATFORM N7]. */
const CONNECTIONS = { name: 'OPENSPINE_DATABASE_CONNECTIONS', otherwise: '4', most: 80 } as const;

const REQUESTS = { name: 'OPENSPINE_REQUESTS_PER_MINUTE', otherwise: '', most: 1_000_000 } as const;

/** Where every card agent listens unless it is told otherwise. */
export const CARD_AGENT = 'http://127.0.0.1:4410';

/** On the user's own machine and nowhere else: nothing of a card goes through a network. */
function cardAgentOf(text: string, problems: string[]): string | null {
  if (text === 'none') return null;
  if (!/^http:\/\/(127\.0\.0\.1|localhost):\d{1,5}$/.test(text)) {
    problems.push(`OPENSPINE_CARD_AGENT must be none, or an address such as ${CARD_AGENT}`);
  }
  return text;
}

export const HELP_CONTACT = 'Ask your local IT support or your Registration Authority.';

/** What an operator may shorten: what each is by default is also the most [IDENTITY 2.2, 3.1, 3.2]. */
export const SESSION_MINUTES = {
  platform: 720,
  cis2: 600,
  broker: 600,
  pages: 720,
  /** Of a user of level 3, and of a lower one. */
  pagesIdle: 15,
  pagesIdleLower: 30,
} as const;

function sessionMinutesOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Config['sessionMinutes'] {
  const minutes = (name: string, most: number): number => {
    const what = `a number of minutes from 1 to ${most}`;
    return numberOf(env, { name, otherwise: String(most), most, what }, problems);
  };
  return {
    platform: minutes('OPENSPINE_PLATFORM_SESSION_MINUTES', SESSION_MINUTES.platform),
    cis2: minutes('OPENSPINE_CIS2_SESSION_MINUTES', SESSION_MINUTES.cis2),
    broker: minutes('OPENSPINE_BROKER_SESSION_MINUTES', SESSION_MINUTES.broker),
    pages: minutes('OPENSPINE_PAGES_SESSION_MINUTES', SESSION_MINUTES.pages),
    pagesIdle: minutes('OPENSPINE_PAGES_IDLE_MINUTES', SESSION_MINUTES.pagesIdle),
    pagesIdleLower: minutes('OPENSPINE_PAGES_IDLE_MINUTES_LOWER', SESSION_MINUTES.pagesIdleLower),
  };
}

function pagesOf(
  env: Readonly<Record<string, string | undefined>>,
  showsNhsLogo: boolean,
): Config['pages'] {
  return { helpContact: env['OPENSPINE_HELP_CONTACT'] ?? HELP_CONTACT, showsNhsLogo };
}

/** Reads a word that must be one of a list; what is wrong is noted. */
function chooser(env: Readonly<Record<string, string | undefined>>, problems: string[]) {
  return <Value extends string>(
    name: string,
    values: readonly Value[],
    otherwise: Value,
  ): Value => {
    const text = env[name] ?? otherwise;
    const value = values.find((known) => known === text);
    if (value === undefined) problems.push(`${name} must be one of ${values.join(', ')}`);
    return value ?? otherwise;
  };
}

const SWITCHES: readonly (readonly [name: string, off: Switch])[] = [
  ['OPENSPINE_PRESCRIBE_ENABLED', 'Prescribing'],
  ['OPENSPINE_DISPENSE_ENABLED', 'Dispensing'],
  ['OPENSPINE_TRACKER_ENABLED', 'Tracker'],
  ['OPENSPINE_RELEASE_ENABLED', 'Release'],
  ['OPENSPINE_CANCELLATION_ENABLED', 'Cancellation'],
];

/** It need not be this machine's own: any web server that passes `/pki` on will do. */
export function pkiUrlOf(env: Readonly<Record<string, string | undefined>>): string {
  return (env['OPENSPINE_PKI_URL'] ?? 'http://pki.openspine.invalid').replace(/\/+$/, '');
}

/** Where the real one has its issuer, below its host [IDENTITY 3.1]. */
export const CIS2_PATH = '/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare';

/** Kept as it is written: `:443` belongs to the real one, and a URL object would drop it [IDENTITY 3.1]. */
function issuerOf(text: string | undefined, problems: string[]): string | null {
  if (text === undefined) return null;
  if (!/^https?:\/\/[^/?#\s]+(\/[^/?#\s]+)+$/.test(text)) {
    problems.push(
      'OPENSPINE_CIS2_ISSUER must be an http or https URL with a path, without a slash at its end',
    );
  }
  return text;
}

function asidsOf(env: Readonly<Record<string, string | undefined>>): Config['asids'] {
  return {
    own: env['OPENSPINE_ASID'] ?? '200000001285',
    spine: env['OPENSPINE_SPINE_ASID'] ?? '567456789789',
  };
}

function publicUrlsOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): string[] {
  const urls = words(env['OPENSPINE_PUBLIC_URLS']);
  const isUrl = (text: string): boolean => /^https?:\/\/[^/?#\s]+(\/[^?#\s]*[^/?#\s])?$/.test(text);
  if (!urls.every(isUrl)) {
    problems.push(
      'OPENSPINE_PUBLIC_URLS must be addresses such as https://spine.example, without a slash at the end',
    );
  }
  return urls;
}

const NETS_MAX = 2; // [IDENTITY 3.2]

function netsOf(env: Readonly<Record<string, string | undefined>>, problems: string[]): string[] {
  const nets = words(env['OPENSPINE_LOGOUT_FROM'] ?? '127.0.0.1,::1');
  const isNet = (text: string): boolean => {
    const [address = '', bits] = text.split('/');
    const most = isIP(address) === 6 ? 128 : 32;
    return (
      isIP(address) !== 0 &&
      (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
    );
  };
  if (nets.length > NETS_MAX || !nets.every(isNet)) {
    problems.push(
      'OPENSPINE_LOGOUT_FROM must be one or two addresses or nets, such as 10.1.0.0/16',
    );
  }
  return nets;
}
