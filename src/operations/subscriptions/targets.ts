import { BlockList, isIP } from 'node:net';

import { fail, ok, type Result } from '../../kernel/result.ts';

const EMAIL_MAX = 254;
const URL_MAX = 500;

/** One address, as a person types it; nothing that could end a header or name a second one. */
export function parseEmail(text: string): Result<string, string> {
  const address = text.trim();
  const isAddress =
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/.test(
      address,
    );
  if (isAddress && address.length <= EMAIL_MAX && !/^\.|\.\.|\.@/.test(address)) return ok(address);
  return fail('Enter an email address in the correct format, like name@example.com');
}

/** `allowed`: hosts that an operator named, which may be anywhere and need no TLS. */
export function parseWebhook(text: string, allowed: readonly string[]): Result<URL, string> {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (url === null || url.href.length > URL_MAX || !/^https?:$/.test(url.protocol)) {
    return fail('Enter the address of a webhook, like https://hooks.example.com/spine');
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    return fail('The address must not have a user name, a password or a part after #');
  }
  const host = hostOf(url);
  if (allowed.includes(host)) return ok(url);
  if (url.protocol !== 'https:') return fail('The address must begin with https://');
  const isNamedHere = isIP(host) === 0 && (!host.includes('.') || LOCAL_NAMES.test(host));
  if (isNamedHere || (isIP(host) !== 0 && isPrivate(host))) {
    return fail('The address must be one that can be reached from the internet');
  }
  return ok(url);
}

const LOCAL_NAMES = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)\.?$/i;

export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

/** Nets that are nobody's on the internet, by the registries of IANA for special purposes. */
const SPECIAL_4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Of version 6 only what is given to networks is public; of that, not what wraps an address of version 4. */
const PUBLIC_6: readonly [string, number][] = [['2000::', 3]];
const SPECIAL_6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special4 = listOf(SPECIAL_4, 'ipv4');
const public6 = listOf(PUBLIC_6, 'ipv6');
const special6 = listOf(SPECIAL_6, 'ipv6');

function listOf(nets: readonly [string, number][], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [net, bits] of nets) list.addSubnet(net, bits, family);
  return list;
}

/** Whether an address is not one of the internet: nothing there may be made to send a request to it. */
export function isPrivate(address: string): boolean {
  if (isIP(address) === 4) return special4.check(address, 'ipv4');
  if (isIP(address) !== 6) return true;
  return !public6.check(address, 'ipv6') || special6.check(address, 'ipv6');
}
