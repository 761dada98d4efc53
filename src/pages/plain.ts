import type { HttpRequest, HttpResponse, HttpRoute } from '../platform/http.ts';
import { openAssets } from './assets.ts';
import type { Link, View } from './page.ts';
import { securityHeaders } from './security.ts';
import { SERVICE, withHeaders } from './shell.ts';
import { openTemplates } from './templates.ts';

/** The frame of all pages for a program that keeps nothing: it has no store, no cookies and no sessions. */
export type PlainPages = {
  /** Of what pages are drawn with. */
  readonly routes: readonly HttpRoute[];
  /** `formToken` is what its form brings back. */
  readonly draw: (
    request: Pick<HttpRequest, 'headers' | 'path'>,
    view: View,
    formToken?: string,
  ) => HttpResponse;
};

export function openPlainPages(options: {
  readonly views: readonly URL[];
  readonly version: string;
  readonly helpContact: string;
  /** Places that every page leads to. */
  readonly menu?: readonly Link[];
}): PlainPages {
  const { views, version, helpContact, menu = [] } = options;
  const assets = openAssets();
  const frame = { service: SERVICE, showsNhsLogo: false, datacentre: null, menu };
  const shown = { ...frame, helpContact, version };
  const draw = openTemplates(views, { asset: assets.address, ...shown });
  return {
    routes: withHeaders(assets.routes),
    draw: (request, view, formToken = '') => {
      const { title, errors = [], model = {}, status = errors.length === 0 ? 200 : 400 } = view;
      const context = { title, errors, model, environment: null, formToken, formKey: '' };
      return {
        status,
        headers: {
          ...securityHeaders(request, view),
          'Cache-Control': 'no-store',
          'Content-Type': 'text/html; charset=utf-8',
        },
        body: draw(view.view, { ...context, address: request.path }),
      };
    },
  };
}
