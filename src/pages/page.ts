import type { Form } from './form.ts';

/** One address of the web pages and what is done there. */
export type Page = {
  readonly method: 'GET' | 'POST';
  /** `/ra/users/:user`: a part after a colon is handed over in `parts`. */
  readonly path: string;
  /** Of a form with a file; else what every request may have. */
  readonly bodyMaxBytes?: number;
  readonly handle: (request: PageRequest) => Promise<PageAnswer> | PageAnswer;
};

export type PageRequest = {
  readonly path: string;
  /** Path and query, to come back to. */
  readonly address: string;
  readonly parts: Readonly<Record<string, string>>;
  /** A value of the query; empty when it is not there. */
  readonly query: (name: string) => string;
  /** What was filled in; empty for a GET. */
  readonly form: Form;
  /** All that the browser sent, for a part of the service with cookies of its own. */
  readonly cookies: string | undefined;
  /** The address that the browser went to: `https://spine.example`. */
  readonly origin: string;
  /** Address that it came from. */
  readonly remote: string;
  /** A name for this browser that nobody else can know it by; null before it has sent a form. */
  readonly browser: string | null;
  /** The session that this browser was given; nobody else can have made it up. */
  readonly session: string | null;
  readonly requestId: string;
  /** The page that is shown brings itself up to date; nobody asked for it. */
  readonly isRefresh: boolean;
};

export type PageAnswer = View | Redirect | Data | Picture | Download;

/** A page: a title, a template and what the template shows. */
export type View = {
  readonly view: string;
  readonly title: string;
  readonly status?: number;
  /** Named in the template as `model`. */
  readonly model?: object;
  /** In the order of the fields; shown in a summary on top, which links to them. */
  readonly errors?: readonly FieldError[];
  readonly visitor?: Visitor;
  /** Hosts elsewhere that a form of the page ends at, as `https://ward.example`; browsers go nowhere else. */
  readonly leadsTo?: readonly string[];
  /** Hosts elsewhere that the script of the page asks. */
  readonly asks?: readonly string[];
  readonly session?: SessionChange;
};

export type FieldError = { readonly field: string; readonly text: string };

/** After a form that was done, so that reloading sends nothing again. */
export type Redirect = { readonly to: string; readonly session?: SessionChange };

/** For the scripts of pages. */
export type Data = { readonly json: object };

/** For an `img` of a page. */
export type Picture = { readonly picture: Buffer; readonly mediaType: string };

/** A file to be kept, for other programs. */
export type Download = {
  readonly download: string;
  readonly mediaType: string;
  readonly name: string;
};

/** The browser is given another session, or none (null). */
export type SessionChange = { readonly id: string | null };

/** Who is signed in, as the head of every page says it [EXPERIENCE 4]. */
export type Visitor = {
  readonly name: string;
  /** Null while no role is chosen. */
  readonly role: string | null;
  readonly organisation: string | null;
  readonly ods: string | null;
  /** When the session ends if nothing is done. */
  readonly idleSeconds: number;
  /** Places that this person may go to. */
  readonly links: readonly Link[];
};

export type Link = { readonly href: string; readonly text: string };

/** An address within these pages; anything else becomes `otherwise`, so that nobody is sent elsewhere by a link. */
export function localAddress(text: string, otherwise: string): string {
  return /^\/(?![/\\])[\w\-./?=&%~:+]{0,500}$/.test(text) ? text : otherwise;
}
