import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';

/** Who is signed in, as a ticket says it under its seal: no store has to be asked for it. */
export type Ticket = {
  readonly session: string;
  readonly userId: string;
  readonly card: string;
  /** Serial number of the log-in certificate. */
  readonly certificate: string;
  readonly loggedInAt: Date;
  /** The datacentre that sealed it; all of them honour it [IDENTITY 2.5]. */
  readonly site: string;
};

export const IV_BYTES = 12;
const TAG_BYTES = 16;
/** With it a ticket begins as tickets always have: `AQIC5`. */
const HEAD = Buffer.from([1, 2, 2, 0xe7]);
const SHAPE = /^([A-Za-z0-9+/]{40,600}={0,2})@([A-Za-z0-9+/]{8,40}={0,2})#$/;

/** `AQIC5…@AAJTSQACMDE=#`: what is sealed, and the site in a form of its own [IDENTITY 2.2]. */
export function sealTicket(secret: Buffer, ticket: Ticket, iv: Buffer): string {
  const site = siteField(ticket.site);
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), iv).setAAD(Buffer.from(site));
  const { session, userId, card, certificate, loggedInAt } = ticket;
  const text = JSON.stringify([session, userId, card, certificate, loggedInAt.getTime()]);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const opaque = Buffer.concat([HEAD, iv, cipher.getAuthTag(), sealed]);
  return `${opaque.toString('base64')}@${site}#`;
}

/** Null unless it is as this installation sealed it, to the letter, with any of these secrets. */
export function openTicket(secrets: readonly Buffer[], text: string): Ticket | null {
  // Who did not encode the plus signs of an address finds them as blanks.
  const [, opaqueText = '', siteText = ''] = SHAPE.exec(text.replaceAll(' ', '+')) ?? [];
  const opaque = Buffer.from(opaqueText, 'base64');
  const site = siteOf(siteText);
  const isCanonical = opaque.toString('base64') === opaqueText && opaqueText !== '';
  if (site === null || !isCanonical || !opaque.subarray(0, HEAD.length).equals(HEAD)) return null;
  const content = firstOf(secrets, (secret) =>
    unsealed(secret, opaque.subarray(HEAD.length), siteText),
  );
  if (content === null) return null;
  const [session, userId, card, certificate, time] = content;
  return { session, userId, card, certificate, loggedInAt: new Date(time), site };
}

function firstOf<One, Found>(all: readonly One[], look: (one: One) => Found | null): Found | null {
  for (const one of all) {
    const found = look(one);
    if (found !== null) return found;
  }
  return null;
}

type Content = [session: string, userId: string, card: string, certificate: string, time: number];

function unsealed(secret: Buffer, sealed: Buffer, site: string): Content | null {
  const iv = sealed.subarray(0, IV_BYTES);
  const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
  if (tag.length !== TAG_BYTES) return null;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(secret), iv, {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(site))
      .setAuthTag(tag);
    const rest = sealed.subarray(IV_BYTES + TAG_BYTES);
    const text = Buffer.concat([decipher.update(rest), decipher.final()]).toString('utf8');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the seal says that it is ours
    return JSON.parse(text) as Content;
  } catch {
    return null; // the cipher throws for every change
  }
}

/** Fields of a length and a text each: `SI`, then the site. */
function siteField(site: string): string {
  const fields = ['SI', site].map((text) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(text.length);
    return Buffer.concat([length, Buffer.from(text)]);
  });
  return Buffer.concat(fields).toString('base64');
}

function siteOf(field: string): string | null {
  const site = Buffer.from(field, 'base64').toString('latin1').slice(-2);
  return /^\d\d$/.test(site) && siteField(site) === field ? site : null;
}

function keyOf(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'broker ticket', 32));
}
