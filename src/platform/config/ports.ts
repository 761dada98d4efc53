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
  /** How long after a first attempt to send an answer the second one comes. */
  readonly retrySeconds: number;
};

/** Further ports for people who sign in and for the web pages, which processes may share; null: only the port of everything. */
export type SharedPorts = { readonly signIn: number | null; readonly pages: number | null };

export function sharedPortsOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): SharedPorts {
  const portOf = (name: string): number | null => {
    const text = env[name];
    if (text === undefined) return null;
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (port < 1 || port > 65_535) problems.push(`${name} must be a port number`);
    return port;
  };
  return { signIn: portOf('OPENSPINE_SIGN_IN_PORT'), pages: portOf('OPENSPINE_PAGES_PORT') };
}

/** All of them or none. */
export function cardPortOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): CardPort | null {
  const port = env['OPENSPINE_CARD_PORT'];
  if (port === undefined) return null;
  const text = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') problems.push(`${name} must be set with OPENSPINE_CARD_PORT`);
    return value;
  };
  if (!/^\d{1,5}$/.test(port)) problems.push('OPENSPINE_CARD_PORT must be a port number');
  return {
    port: Number(port),
    url: text('OPENSPINE_CARD_URL').replace(/\/+$/, ''),
    certificate: text('OPENSPINE_CARD_TLS_CERTIFICATE'),
    key: text('OPENSPINE_CARD_TLS_KEY'),
  };
}

const RETRY_SECONDS_MAX = 60; // so that several attempts fit into five minutes [EPS-HL7V3 3.6]

/** Null when no port is named. */
export function hl7PortOf(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Hl7Port | null {
  const port = env['OPENSPINE_HL7V3_PORT'];
  if (port === undefined) return null;
  if (!/^\d{1,5}$/.test(port)) problems.push('OPENSPINE_HL7V3_PORT must be a port number');
  const names = words(env['OPENSPINE_HL7V3_NAMES'] ?? 'localhost,127.0.0.1');
  if (!names.every((name) => /^[A-Za-z0-9.:-]{1,253}$/.test(name)) || names.length === 0) {
    problems.push('OPENSPINE_HL7V3_NAMES must be host names or addresses');
  }
  const urls = words(env['OPENSPINE_HL7V3_URLS']);
  if (!urls.every((url) => /^https:\/\/[^/?#\s]+$/.test(url))) {
    problems.push('OPENSPINE_HL7V3_URLS must be addresses such as https://spine.example:4402');
  }
  const supplierAuthorities = env['OPENSPINE_HL7V3_SUPPLIER_AUTHORITIES'] ?? null;
  const retry = env['OPENSPINE_HL7V3_RETRY_SECONDS'] ?? '10';
  const retrySeconds = Number(retry);
  if (!/^\d{1,2}$/.test(retry) || retrySeconds < 1 || retrySeconds > RETRY_SECONDS_MAX) {
    problems.push(`OPENSPINE_HL7V3_RETRY_SECONDS must be a number from 1 to ${RETRY_SECONDS_MAX}`);
  }
  return { port: Number(port), names, urls, supplierAuthorities, retrySeconds };
}
