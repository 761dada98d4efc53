import { CIS2_PATH } from '../platform/config.ts';
import { PORTS_OF_CLUSTER } from '../platform/replicated-postgres.ts';

/** A block of ports moved together; only those that something listens on are here. */
export type Ports = {
  readonly apiA: number;
  readonly apiB: number;
  readonly hl7v3A: number;
  readonly hl7v3B: number;
  readonly signIn: number;
  readonly pages: number;
  readonly status: number;
  readonly metricsA: number;
  readonly metricsB: number;
  readonly database: number;
  /** First of those of two databases. */
  readonly replicated: number;
};

const DATABASE_OFFSET = 32;
const REPLICATED_OFFSET = 40;
const LAST_OFFSET = REPLICATED_OFFSET + PORTS_OF_CLUSTER - 1;
const BLOCK = 100;
const PORT_MAX = 65_535;

export const PORT_BASE_DEFAULT = 4400;

export function portsFrom(base: number): Ports {
  return {
    apiA: base,
    apiB: base + 1,
    hl7v3A: base + 2,
    hl7v3B: base + 3,
    signIn: base + 4,
    pages: base + 5,
    status: base + 6,
    metricsA: base + 7,
    metricsB: base + 8,
    database: base + DATABASE_OFFSET,
    replicated: base + REPLICATED_OFFSET,
  };
}

/** Reads what was typed after --port-base; null when no block of ports begins there. */
export function parsePortBase(text: string): number | null {
  const base = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return base >= 1024 && base + LAST_OFFSET <= PORT_MAX ? base : null;
}

/** The port bases to try in turn, from the one that was asked for. */
export function* portBasesFrom(base: number): Generator<number> {
  for (let next = base; next + LAST_OFFSET <= PORT_MAX; next += BLOCK) yield next;
}

export function localUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** The issuer of the CIS2 face, whichever datacentre answers for it. */
export function issuerAt(port: number): string {
  return `${localUrl(port)}${CIS2_PATH}`;
}

/** Where systems of HL7 V3 send their messages. */
export function hl7v3Url(port: number): string {
  return `https://127.0.0.1:${port}`;
}

/** Where the metrics of a datacentre are read. */
export function metricsUrl(port: number): string {
  return `${localUrl(port)}/metrics`;
}
