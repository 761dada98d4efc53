import { readFile } from 'node:fs/promises';

import {
  type CertificatePort,
  type CertificateRequest,
  openCertificatePort,
} from '../../platform/certificate-port.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../../platform/config.ts';
import type { HttpResponse } from '../../platform/http.ts';
import type { Job } from '../../platform/jobs.ts';
import { describeBug, type Log } from '../../platform/log.ts';
import { readPrivateFile } from '../../platform/private-file.ts';
import type { TlsIdentity } from '../../platform/tls-server.ts';
import { authoritiesPem, type Cards, checkLogin } from '../cards/index.ts';
import { forgetProofs, keepProof } from './repository.ts';

export { type CardProof, takeProof } from './repository.ts';

export type CardPortParts = {
  readonly cards: Cards;
  readonly clock: Clock;
  readonly log: Log;
  readonly host: string;
  readonly settings: NonNullable<Config['cardPort']>;
  /** Where the sign-in pages are. */
  readonly signInUrl: string;
  /** How often it looks whether its files are others. */
  readonly lookEveryMs?: number;
};

const LOOK_EVERY_MS = 30_000;
const PROOF_MS = 60_000;
const REQUEST = /^\/([\w-]{20,60})$/;

/** The port where a browser shows the login certificate of a card. */
export async function openCardPort(parts: CardPortParts): Promise<CertificatePort> {
  const { cards, log, host, settings, lookEveryMs = LOOK_EVERY_MS } = parts;
  const read = async (): Promise<TlsIdentity> => ({
    certificate: await readFile(settings.certificate, 'utf8'),
    key: await readPrivateFile(settings.key),
    authorities: await authoritiesPem(cards, 'login'),
  });
  const onUnusable = (error: unknown): void =>
    log({ event: 'certificate-unusable', requestId: 'card-port', outcome: String(error) });
  return openCertificatePort({
    host,
    port: settings.port,
    tls: { read, lookEveryMs, onUnusable },
    handle: (request) => handle(parts, request),
    onFailure: (error) => {
      log({ event: 'bug', requestId: 'card-port', outcome: describeBug(error) });
      return { status: 503, headers: { 'Retry-After': '1' }, body: 'Try again.' };
    },
  });
}

/** Whatever comes of it, the browser goes back to the sign-in page that sent it here. */
async function handle(
  { cards, clock, signInUrl }: CardPortParts,
  { path, certificate }: CertificateRequest,
): Promise<HttpResponse> {
  const request = REQUEST.exec(path)?.[1];
  if (request === undefined) return { status: 404, body: 'There is nothing at this address.' };
  const at = clock.securityNow();
  const next =
    certificate === null
      ? faultAt(request, 'CertificateMissing')
      : await whereNext(cards, { request, certificate }, at);
  return redirect(`${signInUrl}${next}`);
}

/**
 * Where a browser goes on whose card has proved that it is there: with a code that the sign-in which began in this
 * browser takes once, or with what is the matter with the card. A path of the sign-in pages.
 */
export async function whereNext(
  cards: Cards,
  { request, certificate }: { readonly request: string; readonly certificate: Buffer },
  at: Date,
): Promise<string> {
  const login = await checkLogin(cards, certificate, at);
  if (!login.ok) {
    const { error } = login;
    return faultAt(request, error.kind === 'CardInState' ? error.state : error.kind);
  }
  const { userId, cardNumber: card } = login.value;
  const expiresAt = new Date(at.getTime() + PROOF_MS);
  const code = await keepProof(cards.database, { request, userId, card }, expiresAt);
  return `/signin/${request}/card?proof=${code}`;
}

function faultAt(request: string, fault: string): string {
  return `/signin/${request}?card=${fault}`;
}

function redirect(to: string): HttpResponse {
  const headers = { Location: to, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' };
  return { status: 303, headers, body: '' };
}

/** Forgets what nobody fetched. */
export function cardProofJob({ database }: Cards, clock: Clock): Job {
  return {
    name: 'card-proofs',
    everyMs: 300_000,
    hasWork: () => Promise.resolve(true),
    run: () => forgetProofs(database, clock.securityNow()),
  };
}
