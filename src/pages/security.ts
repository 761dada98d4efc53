import type { HttpRequest } from '../platform/http.ts';
import { isLoopback } from './seals.ts';

/** Nothing comes from elsewhere, and no script or style stands in a page. */
const NOTHING_ELSE = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
];

/** Hosts elsewhere: that a form of the page may in the end lead to, and that its script may ask. */
export type Elsewhere = { readonly leadsTo?: readonly string[]; readonly asks?: readonly string[] };

const YEAR_SECONDS = 31_536_000;

/** On every answer of the pages. */
export function securityHeaders(
  request: Pick<HttpRequest, 'headers'>,
  { leadsTo = [], asks = [] }: Elsewhere = {},
): Record<string, string> {
  const policy = [
    ...NOTHING_ELSE,
    ["connect-src 'self'", ...asks].join(' '),
    ["form-action 'self'", ...leadsTo].join(' '),
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
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
