import { randomBytes } from 'node:crypto';

/** What waits in the browser for this card: a sign-in, or what an application asks to have signed. */
export type Act = 'sign-in' | 'sign';

export type Asked = {
  readonly act: Act;
  /** How the service knows it again. */
  readonly request: string;
  /** The service: `https://spine.example`. */
  readonly at: string;
};

const REQUEST = /^[\w-]{20,60}$/;

/** Null when no service asks for it that this agent serves. */
export function readAsked(
  query: Readonly<Record<string, string | readonly string[] | undefined>>,
  { act, services }: { readonly act: Act; readonly services: readonly string[] },
): Asked | null {
  const text = (name: string): string => {
    const value = query[name];
    return typeof value === 'string' ? value : '';
  };
  const [request, at] = [text('request'), text('at')];
  return services.includes(at) && REQUEST.test(request) ? { act, request, at } : null;
}

/** The same question again, at this agent. */
export function addressOf({ act, request, at }: Asked): string {
  return `/${act}?${new URLSearchParams({ request, at }).toString()}`;
}

/** The page of the service that the browser came from. */
export function serviceAddress({ act, request, at }: Asked): string {
  return `${at}${PLACES[act]}${request}`;
}

/** Where the pages of a service are to which the browser goes back. */
export const PLACES: Readonly<Record<Act, string>> = { 'sign-in': '/signin/', sign: '/sign/' };

/** Forms that this agent has drawn: each is good once, for what it was drawn for. */
export type Forms = {
  open(asked: Asked): string;
  /** Null: it was not drawn here, was sent already, or is too old. */
  take(token: string): Asked | null;
};

const FORM_MS = 300_000; // as long as a sign-in waits [IDENTITY 3.1]
const FORMS_MAX = 100;

export function openForms(now: () => number = Date.now): Forms {
  const forms = new Map<string, { readonly asked: Asked; readonly until: number }>();
  return {
    open: (asked) => {
      const [oldest] = forms.keys();
      if (oldest !== undefined && forms.size >= FORMS_MAX) forms.delete(oldest);
      const token = randomBytes(32).toString('base64url');
      forms.set(token, { asked, until: now() + FORM_MS });
      return token;
    },
    take: (token) => {
      const form = forms.get(token);
      forms.delete(token);
      return form !== undefined && form.until > now() ? form.asked : null;
    },
  };
}
