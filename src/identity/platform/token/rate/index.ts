import type { Client } from '../../../clients/client.ts';
import type { Limiter } from '../../../rate-limit/index.ts';
import type { Face } from '../../parts/index.ts';

/**
 * The limit of an application counts only what it has proved to have sent itself: so nobody who knows its key,
 * which is no secret, can use the limit up for it.
 */
export function withinRate(
  { limiter }: Face,
  { key, settings }: Client,
): ReturnType<Limiter['take']> {
  return limiter.take(`client ${key}`, settings.rateLimitPerMinute);
}

const ADDRESS_PER_MINUTE = 6_000; // a large site behind one address, all of it signing in at eight o'clock

/** Before anything is looked at: what an address may ask for at all. */
export function isAddressWithinRate(
  { limiter }: Pick<Face, 'limiter'>,
  address: string,
): ReturnType<Limiter['take']> {
  return limiter.take(`address ${address}`, ADDRESS_PER_MINUTE);
}
