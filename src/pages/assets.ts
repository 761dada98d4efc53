import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { HttpRequest, HttpResponse, HttpRoute } from '../platform/http.ts';

/** What pages are drawn with, by its address below `/assets/`. */
export type Assets = {
  readonly routes: readonly HttpRoute[];
  /** Address of a file, which changes with its content. */
  readonly address: (name: string) => string;
};

type Asset = { readonly bytes: Buffer; readonly type: string; readonly digest: string };

/** Folder of the NHS.UK frontend with its templates, styles and script. */
export const NHSUK_FRONTEND = join(
  dirname(createRequire(import.meta.url).resolve('nhsuk-frontend/package.json')),
  'dist',
);
/** What a page needs to speak with a security key. */
const SECURITY_KEYS = join(
  dirname(createRequire(import.meta.url).resolve('@simplewebauthn/browser')),
  '../dist/bundle/index.umd.min.js',
);
const OWN = fileURLToPath(new URL('./assets/', import.meta.url));

const ICONS = ['arrow-down', 'arrow-up-down', 'arrow-up', 'cross'];
const FOREVER = 'public, max-age=31536000, immutable';

export function openAssets(): Assets {
  const assets = new Map<string, Asset>([
    ['nhsuk-frontend.css', asset('text/css', ourFonts(theirs('nhsuk-frontend.min.css')))],
    ['nhsuk-frontend.js', asset('text/javascript', theirs('nhsuk-frontend.min.js'))],
    ['pages.css', asset('text/css', own('pages.css'))],
    ['pages.js', asset('text/javascript', own('pages.js'))],
    ['simplewebauthn.js', asset('text/javascript', readFileSync(SECURITY_KEYS, 'utf8'))],
    ['icon.svg', asset('image/svg+xml', own('icon.svg'))],
    ...ICONS.map((name): [string, Asset] => {
      const path = `images/nhsuk-icon-${name}.svg`;
      return [path, asset('image/svg+xml', theirs(`assets/${path}`))];
    }),
  ]);
  return {
    routes: [...assets].map(([name, one]) => ({
      method: 'GET',
      path: `/assets/${name}`,
      handle: (request: HttpRequest) => answer(one, request),
    })),
    address: (name) => `/assets/${name}?${assets.get(name)?.digest ?? ''}`,
  };
}

function answer({ bytes, type, digest }: Asset, request: HttpRequest): HttpResponse {
  const headers = {
    'Content-Type': `${type}; charset=utf-8`,
    // Asked for by the address of this very content, it never changes.
    'Cache-Control': digest in request.query ? FOREVER : 'public, max-age=300',
    ETag: `"${digest}"`,
  };
  if (request.headers['if-none-match'] === headers.ETag) return { status: 304, headers, body: '' };
  return { status: 200, headers, body: bytes };
}

function theirs(name: string): string {
  const text = readFileSync(join(NHSUK_FRONTEND, 'nhsuk', name), 'utf8');
  return text.replace(/\s*(\/\/|\/\*)# sourceMappingURL=.*$/, '');
}

function own(name: string): string {
  return readFileSync(join(OWN, name), 'utf8');
}

/** The rules that fetch a typeface from another host are left out: Arial stands behind it in every list. */
function ourFonts(css: string): string {
  return css.replaceAll(/@font-face\s*\{[^}]*\}/g, '');
}

function asset(type: string, text: string): Asset {
  const bytes = Buffer.from(text);
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return { bytes, type, digest };
}
