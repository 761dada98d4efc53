import { isIP } from 'node:net';

import { numberOf, portOf } from './numbers.ts';
import { words } from './words.ts';

/** Its port here, its address for browsers, and files with its TLS certificate and key. */
export type CardPort = {
  readonly port: number;
  readonly url: string;
  readonly certificate: string;
  readonly key: string;
};

/** Its port here, the host names and addresses that its certificate is for, and its addresses for senders. */
export type Hl7Port = {
  readonly port: number;
  readonly names: readonly string[];
  /** Of the whole installation, without a path. */
  readonly urls: readonly string[];
  /** File with the authorities that certify the endpoints of suppliers, in PEM; null: only the installation's own. */
  readonly supplierAuthorities: string | null;
  /** Addresses that show no certificate, and the party that the operator says is there. */
  readonly uncertified: readonly { readonly address: string; readonly partyKey: string }[];
  /** How long after a first attempt to send an answer the second one comes. */
  readonly retrySeconds: number;
};

/** Further ports for people who sign in and for the web pages, which processes may share; null: only the port of everything. */
export type SharedPorts = { readonly signIn: number | null; readonly pages: number | null };

export function sharedPortsOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): SharedPorts {
  const shared = (name: string): number | null => {
    const setting = { name, otherwise: '', most: 65_535, what: 'a port number' };
    return env[name] === undefined ? null : numberOf(env, setting, problems);
  };
  return { signIn: shared('OPENSPINE_SIGN_IN_PORT'), pages: shared('OPENSPINE_PAGES_PORT') };
}

/** All of them or none. */
export function cardPortOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): CardPort | null {
  if (env['OPENSPINE_CARD_PORT'] === undefined) return null;
  const text = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') problems.push(`${name} must be set with OPENSPINE_CARD_PORT`);
    return value;
  };
  return {
    port: portOf(env, 'OPENSPINE_CARD_PORT', '', problems),
    url: text('OPENSPINE_CARD_URL').replace(/\/+$/, ''),
    certificate: text('OPENSPINE_CARD_TLS_CERTIFICATE'),
    key: text('OPENSPINE_CARD_TLS_KEY'),
  };
}

/** So that several attempts fit into five minutes [EPS-HL7V3 3.6]. */
const RETRY_SECONDS = { name: 'OPENSPINE_HL7V3_RETRY_SECONDS', otherwise: '10', most: 60 } as const;

/** Null when no port is named. */
export function hl7PortOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Hl7Port | null {
  if (env['OPENSPINE_HL7V3_PORT'] === undefined) return null;
  const port = portOf(env, 'OPENSPINE_HL7V3_PORT', '', problems);
  const names = words(env['OPENSPINE_HL7V3_NAMES'] ?? 'localhost,127.0.0.1');
  if (!names.every((name) => /^[A-Za-z0-9.:-]{1,253}$/.test(name)) || names.length === 0) {
    problems.push('OPENSPINE_HL7V3_NAMES must be host names or addresses');
  }
  const urls = words(env['OPENSPINE_HL7V3_URLS']);
  if (!urls.every((url) => /^https:\/\/[^/?#\s]+$/.test(url))) {
    problems.push('OPENSPINE_HL7V3_URLS must be addresses such as https://spine.example:4402');
  }
  const supplierAuthorities = env['OPENSPINE_HL7V3_SUPPLIER_AUTHORITIES'] ?? null;
  const retrySeconds = numberOf(env, RETRY_SECONDS, problems);
  const uncertified = uncertifiedOf(env, problems);
  return { port, names, urls, supplierAuthorities, uncertified, retrySeconds };
}

/** Single addresses: a whole net is nobody's. */
function uncertifiedOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Hl7Port['uncertified'] {
  return words(env['OPENSPINE_HL7V3_UNCERTIFIED']).map((word) => {
    const [address = '', partyKey = '', ...more] = word.split('=');
    if (isIP(address) === 0 || partyKey === '' || more.length > 0) {
      problems.push(
        'OPENSPINE_HL7V3_UNCERTIFIED must be addresses with their parties, such as 10.1.2.3=T141D-822234',
      );
    }
    return { address, partyKey };
  });
}
