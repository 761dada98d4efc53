import { fail, ok, type Result } from '../../kernel/result.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import {
  type Client,
  type ClientSettings,
  DEFAULT_SETTINGS,
  type Product,
  type PublicKeys,
} from './client.ts';
import { parseJwks } from './jwks.ts';

/** An application as its file says, with the secret that is kept only as a digest. */
export type NewClient = Client & { readonly secret: string };

const MEMBERS: readonly string[] =
  'name applicationId key secret organisation asid partyKey jwks jwksUrl redirectUris products rateLimitPerMinute prepareAlgorithm status developerStatus companyStatus'.split(
    ' ',
  );
const RATE_MAX = 100_000;

/** Reads `{"clients": […]}`; all problems at once, each with its place. Described in docs/reference/client-file.md. */
export function parseClientFile(value: unknown): Result<NewClient[], readonly string[]> {
  const given = isObject(value) ? value['clients'] : undefined;
  if (!Array.isArray(given)) return fail(['The file must be an object with a list "clients".']);
  const problems: string[] = [];
  const clients = given.flatMap((one: unknown, place) => {
    const reader = new Reader(one, `clients[${place}]`, problems);
    return reader.client();
  });
  for (const name of ['name', 'applicationId', 'key'] as const) {
    const values = clients.map((client) => client[name]);
    const twice = values.find((value, at) => values.indexOf(value) !== at);
    if (twice !== undefined) problems.push(`${name} "${twice}" is there twice`);
  }
  return problems.length === 0 ? ok(clients) : fail(problems);
}

class Reader {
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #place: string;
  readonly #problems: string[];

  constructor(value: unknown, place: string, problems: string[]) {
    this.#value = isObject(value) ? value : {};
    this.#place = place;
    this.#problems = problems;
    if (!isObject(value)) this.#problem('', 'must be an object');
    for (const name of Object.keys(this.#value)) {
      if (!MEMBERS.includes(name)) this.#problem(`.${name}`, 'is not known');
    }
  }

  /** The application; of one with problems, whatever could be read of it. */
  client(): NewClient[] {
    if (Object.keys(this.#value).length === 0) return [];
    return [
      {
        name: this.#text('name', /^[\w .()-]{1,80}$/, 'letters, digits, blanks, . ( ) _ -'),
        applicationId: parseUuid(this.#text('applicationId', UUID, 'a UUID')) ?? '',
        key: this.#text('key', /^[A-Za-z0-9]{32}$/, '32 letters and digits'),
        secret: this.#text('secret', /^[A-Za-z0-9]{16}$/, '16 letters and digits'),
        organisation: this.#optional('organisation', /^[A-Z0-9]{3,10}$/, 'an ODS code'),
        asid: this.#optional('asid', /^\d{12}$/, '12 digits'),
        partyKey: this.#optional('partyKey', /^[A-Z0-9]+-\d+$/, 'a party key'),
        publicKeys: this.#publicKeys(),
        redirectUris: this.#redirectUris(),
        products: this.#products(),
        settings: this.#settings(),
        status: this.#one('status', ['approved', 'revoked'], 'approved'),
        developerStatus: this.#one('developerStatus', ['active', 'inactive'], 'active'),
        companyStatus: this.#one('companyStatus', ['active', 'inactive'], 'active'),
      },
    ];
  }

  #problem(member: string, text: string): void {
    this.#problems.push(`${this.#place}${member} ${text}`);
  }

  #text(name: string, shape: RegExp, words: string): string {
    const value = this.#value[name];
    if (typeof value === 'string' && shape.test(value)) return value;
    this.#problem(`.${name}`, `must be ${words}`);
    return '';
  }

  #optional(name: string, shape: RegExp, words: string): string | null {
    return this.#value[name] === undefined ? null : this.#text(name, shape, words);
  }

  #one<Value extends string>(name: string, values: readonly Value[], otherwise: Value): Value {
    const value = this.#value[name];
    if (value === undefined) return otherwise;
    const known = values.find((one) => one === value);
    if (known === undefined) this.#problem(`.${name}`, `must be one of ${values.join(', ')}`);
    return known ?? otherwise;
  }

  #publicKeys(): PublicKeys {
    const { jwks, jwksUrl } = this.#value;
    if (jwks !== undefined && jwksUrl !== undefined) {
      this.#problem('.jwksUrl', 'and jwks: give one of them');
    }
    if (jwksUrl !== undefined) {
      const isUrl = typeof jwksUrl === 'string' && isPublicUrl(jwksUrl);
      if (!isUrl) this.#problem('.jwksUrl', 'must be an https URL');
      return isUrl ? { kind: 'url', url: jwksUrl } : { kind: 'none' };
    }
    if (jwks === undefined) return { kind: 'none' };
    const keys = parseJwks(jwks);
    if (keys.ok) return { kind: 'hosted', keys: keys.value };
    this.#problem('.jwks', keys.error);
    return { kind: 'none' };
  }

  #redirectUris(): string[] {
    const uris = this.#value['redirectUris'] ?? [];
    const texts = Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [];
    if (!Array.isArray(uris) || texts.length < uris.length || !texts.every(isRedirect)) {
      this.#problem('.redirectUris', 'must be a list of absolute URLs without fragment');
    }
    return texts;
  }

  #products(): Product[] {
    const given = this.#value['products'] ?? [];
    const products = Array.isArray(given) ? given.flatMap(productOf) : [];
    if (!Array.isArray(given) || products.length < given.length) {
      const words = 'must be a list of {"name": …, "scopes": ["urn:nhsd:apim:…"]}';
      this.#problem('.products', words);
    }
    return products;
  }

  #settings(): ClientSettings {
    const { rateLimitPerMinute: rate = DEFAULT_SETTINGS.rateLimitPerMinute } = this.#value;
    const isRate =
      typeof rate === 'number' && Number.isInteger(rate) && rate >= 1 && rate <= RATE_MAX;
    if (!isRate) this.#problem('.rateLimitPerMinute', `must be a number from 1 to ${RATE_MAX}`);
    const { prepareAlgorithm } = DEFAULT_SETTINGS;
    return {
      rateLimitPerMinute: isRate ? rate : DEFAULT_SETTINGS.rateLimitPerMinute,
      prepareAlgorithm: this.#one('prepareAlgorithm', ['RS1', 'RS256'], prepareAlgorithm),
    };
  }
}

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

function productOf(value: unknown): Product[] {
  if (!isObject(value)) return [];
  const { name, scopes } = value;
  if (typeof name !== 'string' || !Array.isArray(scopes)) return [];
  const known = scopes.filter((scope) => typeof scope === 'string' && SCOPE.test(scope));
  return known.length === scopes.length ? [{ name, scopes: known }] : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
