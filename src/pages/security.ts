import type { HttpRequest } from '../platform/http.ts';
import { isLoopback } from './seals.ts';

/** Nothing comes from elsewhere, and no script or style stands in a page. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const YEAR_SECONDS = 31_536_000;

/** On every answer of the pages. A form of the page may in the end lead to the hosts of `leadsTo` too. */
export function securityHeaders(
  request: Pick<HttpRequest, 'headers'>,
  leadsTo: readonly string[] = [],
): Record<string, string> {
  const formAction = ["form-action 'self'", ...leadsTo].join(' ');
  return {
    'Content-Security-Policy': `${CONTENT_SECURITY_POLICY}; ${formAction}`,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    // A browser that tells no referrer at all names no origin with a form either.
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...(isLoopback(request) ? {} : { 'Strict-Transport-Security': `max-age=${YEAR_SECONDS}` }),
  };
}
