import { IDENTITY_VIEWS } from '../../identity/index.ts';
import {
  EMPTY_FORM,
  isSameOrigin,
  openPlainPages,
  parseForm,
  type PlainPages,
} from '../../pages/index.ts';
import {
  type Failure,
  type HttpRequest,
  type HttpResponse,
  type HttpRoute,
  startHttp,
} from '../../platform/http.ts';
import { openForms } from './asked.ts';
import { type Answer, askPasscode, signIn, type SignIns } from './sign-in.ts';
import { MESSAGES, messageView, onwardView } from './views.ts';

export type AgentOptions = Omit<SignIns, 'forms'> & {
  readonly port: number;
  readonly version: string;
  readonly helpContact: string;
  readonly onBug: (error: unknown) => void;
};

export type AgentServer = { readonly url: string; close(): Promise<void> };

const LOOPBACK = '127.0.0.1';

/**
 * What browsers of this machine find of the agent: its own page, which alone is told the passcode. Pages of services
 * may only ask whether it is there; all else takes somebody who looks at it.
 */
export async function startAgent(options: AgentOptions): Promise<AgentServer> {
  const { version, helpContact, services } = options;
  const http = await startHttp(LOOPBACK, options.port, () => TOO_EARLY);
  const pages = openPlainPages({
    views: [new URL('../views/', import.meta.url), IDENTITY_VIEWS],
    version,
    helpContact,
  });
  const signIns: SignIns = { ...options, forms: openForms() };
  const hosts = [`${LOOPBACK}:${http.port}`, `localhost:${http.port}`];
  const routes = [...pageRoutes(pages, signIns), ...statusRoutes(services), ...pages.routes];
  await http.serve({
    routes: routes.map((route) => onlyFor(hosts, route)),
    mounts: [],
    headers: () => ({}),
    onFailure: (request, failure) => failed(options, pages, request, failure),
  });
  return { url: `http://${LOOPBACK}:${http.port}`, close: () => http.close() };
}

const TOO_EARLY: HttpResponse = { status: 503, headers: { 'Retry-After': '1' }, body: '' };

/** A name of somebody else that leads to this machine is no name of ours: their pages would be taken for ours. */
function onlyFor(hosts: readonly string[], route: HttpRoute): HttpRoute {
  return {
    ...route,
    handle: (request) =>
      hosts.includes(request.headers['host'] ?? '') ? route.handle(request) : MISDIRECTED,
  };
}

const MISDIRECTED: HttpResponse = {
  status: 421,
  headers: { 'Content-Type': 'text/plain' },
  body: 'The card agent is at 127.0.0.1 only.',
};

function pageRoutes(pages: PlainPages, signIns: SignIns): HttpRoute[] {
  const answer = (request: HttpRequest, given: Answer): HttpResponse =>
    'to' in given
      ? onward(pages.draw(request, onwardView(given.to)), given.to)
      : pages.draw(request, given.view, given.formToken);
  return [
    ...(['sign-in', 'sign'] as const).map(
      (act): HttpRoute => ({
        method: 'GET',
        path: `/${act}`,
        handle: async (request) => answer(request, await askPasscode(signIns, act, request.query)),
      }),
    ),
    {
      method: 'POST',
      path: '/passcode',
      handle: async (request) => {
        const form = isSameOrigin(request)
          ? await parseForm(request.headers['content-type'], request.body)
          : null;
        return answer(request, await signIn(signIns, form?.ok === true ? form.value : EMPTY_FORM));
      },
    },
    {
      method: 'GET',
      path: '/',
      handle: (request) => {
        const title = 'The card agent is running';
        const lines = [
          `It signs in and signs at ${signIns.services.join(', ')}, and nowhere else.`,
        ];
        return pages.draw(request, messageView({ title, lines }, null));
      },
    },
  ];
}

/** No redirect: where a service goes on to in the end, a browser would not let a form of this page lead. */
function onward(page: HttpResponse, to: string): HttpResponse {
  const headers = { ...page.headers, Refresh: `0;url=${to}`, 'Referrer-Policy': 'no-referrer' };
  return { ...page, headers };
}

/** Whether an agent is there is told to pages of the services that it serves, and to no other. */
function statusRoutes(services: readonly string[]): HttpRoute[] {
  const headersFor = ({ headers }: HttpRequest): Record<string, string> | null => {
    const origin = headers['origin'] ?? '';
    if (!services.includes(origin)) return null;
    return { 'Access-Control-Allow-Origin': origin, Vary: 'Origin', 'Cache-Control': 'no-store' };
  };
  const preflight = (request: HttpRequest): HttpResponse => {
    const headers = headersFor(request);
    if (headers === null) return FORBIDDEN;
    // A page from the network asks a program of this machine: browsers want to know that it expects that.
    const isPrivate = request.headers['access-control-request-private-network'] === 'true';
    const more: Record<string, string> = isPrivate
      ? { 'Access-Control-Allow-Private-Network': 'true' }
      : {};
    return { status: 204, headers: { ...headers, ...more }, body: '' };
  };
  const status = (request: HttpRequest): HttpResponse => {
    const headers = headersFor(request);
    if (headers === null) return FORBIDDEN;
    const type = { 'Content-Type': 'application/json' };
    return { status: 200, headers: { ...headers, ...type }, body: '{"agent":"openspine"}' };
  };
  return [
    { method: 'OPTIONS', path: '/status', handle: preflight },
    { method: 'GET', path: '/status', handle: status },
  ];
}

const FORBIDDEN: HttpResponse = { status: 403, headers: { Vary: 'Origin' }, body: '' };

function failed(
  { onBug }: AgentOptions,
  pages: PlainPages,
  request: HttpRequest,
  failure: Failure,
): HttpResponse {
  if (failure.kind === 'Bug') onBug(failure.error);
  const message = failure.kind === 'Bug' ? MESSAGES.Bug : MESSAGES.NotFound;
  return pages.draw(request, messageView(message, null));
}
