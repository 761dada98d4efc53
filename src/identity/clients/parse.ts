import { JsonReader } from '../../kernel/json-reader.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import { type Client, DEFAULT_SETTINGS, type Product, type PublicKeys } from './client.ts';
import { type PdsGrants, PDS_GRANTS } from './grants.ts';
import { parseJwks } from './jwks.ts';

/** An application as its file says, with the secret that is kept only as a digest. */
export type NewClient = Client & { readonly secret: string };

const RATE_MAX = 100_000;

/** Reads `{"clients": […]}`; all problems at once, each with its place. Described in docs/reference/client-file.md. */
export function parseClientFile(value: unknown): Result<NewClient[], readonly string[]> {
  const problems: string[] = [];
  const from = new JsonReader(value, '', problems);
  const clients = from.each('clients', readClient);
  from.done();
  if (clients.length === 0) problems.push('clients must name at least one');
  for (const name of ['name', 'applicationId', 'key'] as const) {
    // What could not be read is empty, and has been told.
    const values = clients.map((client) => client[name]).filter(Boolean);
    const twice = values.find((one, at) => values.indexOf(one) !== at);
    if (twice !== undefined) problems.push(`${name} "${twice}" is there twice`);
  }
  return problems.length === 0 ? ok(clients) : fail(problems);
}

function readClient(from: JsonReader): NewClient {
  const client: NewClient = {
    name: from.text('name', NAME, 'up to 80 letters, digits, blanks, . ( ) _ -'),
    applicationId: parseUuid(from.text('applicationId', UUID, 'a UUID')) ?? '',
    key: from.text('key', /^[A-Za-z0-9]{32}$/, '32 letters and digits'),
    secret: from.text('secret', /^[A-Za-z0-9]{16}$/, '16 letters and digits'),
    organisation: from.optionalText('organisation', /^[A-Z0-9]{3,10}$/, 'an ODS code'),
    asid: from.optionalText('asid', /^\d{12}$/, '12 digits'),
    partyKey: from.optionalText('partyKey', /^[A-Z0-9]+-\d+$/, 'a party key'),
    publicKeys: publicKeysOf(from),
    redirectUris: from.texts(
      'redirectUris',
      { test: isRedirect },
      'an absolute URL without fragment',
    ),
    products: from.each('products', readProduct),
    settings: {
      rateLimitPerMinute: from.count(
        'rateLimitPerMinute',
        RATE_MAX,
        DEFAULT_SETTINGS.rateLimitPerMinute,
      ),
      prepareAlgorithm: from.one(
        'prepareAlgorithm',
        ['RS1', 'RS256'],
        DEFAULT_SETTINGS.prepareAlgorithm,
      ),
      signingRedirectUri: from.optionalText(
        'signingRedirectUri',
        { test: isRedirect },
        'an absolute URL without fragment',
      ),
      pds: from.object('pds', readGrants),
    },
    status: from.one('status', ['approved', 'revoked'], 'approved'),
    developerStatus: from.one('developerStatus', ['active', 'inactive'], 'active'),
    companyStatus: from.one('companyStatus', ['active', 'inactive'], 'active'),
  };
  from.done();
  return client;
}

/** A member each, true or false. */
function readGrants(from: JsonReader): PdsGrants {
  const [update, emptyAddressLines, confidentialRemovals, sharingConsent] = PDS_GRANTS;
  const grants = {
    update: from.isTrue(update),
    emptyAddressLines: from.isTrue(emptyAddressLines),
    confidentialRemovals: from.isTrue(confidentialRemovals),
    sharingConsent: from.isTrue(sharingConsent),
  };
  from.done();
  return grants;
}

function readProduct(from: JsonReader): Product {
  const product = {
    name: from.text('name', /./, 'a name'),
    scopes: from.texts('scopes', SCOPE, 'a scope such as urn:nhsd:apim:…'),
  };
  from.done();
  return product;
}

function publicKeysOf(from: JsonReader): PublicKeys {
  const jwks = from.value('jwks');
  const url = from.optionalText('jwksUrl', { test: isPublicUrl }, 'an https URL');
  if (jwks !== undefined && url !== null) from.problem('jwksUrl', 'and jwks: give one of them');
  if (url !== null) return { kind: 'url', url };
  if (jwks === undefined) return { kind: 'none' };
  const keys = parseJwks(jwks);
  if (keys.ok) return { kind: 'hosted', keys: keys.value };
  from.problem('jwks', keys.error);
  return { kind: 'none' };
}

const NAME = /^[\w .()-]{1,80}$/;
const UUID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const SCOPE = /^urn:nhsd:apim:[\x21\x23-\x5b\x5d-\x7e]+$/; // RFC 6749 3.3
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

function isRedirect(text: string): boolean {
  const url = URL.parse(text);
  const runs = ['javascript:', 'data:', 'vbscript:'];
  return (
    url !== null && !runs.includes(url.protocol) && !text.includes('#') && !/[\s\\]/.test(text)
  );
}

/** Keys that come over an open wire prove nothing, but for those of this machine. */
function isPublicUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname));
}
