import { AsyncLocalStorage } from 'node:async_hooks';

import type { Attributes, Context, Span, SpanKind, Tracer } from '@opentelemetry/api';

/** What is known of a piece of work; none of it is of a patient. */
export type SpanAbout = {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'internal';
  readonly attributes?: Attributes;
};

/** What one process does, piece by piece, so that a message can be followed through doors and processes. */
export type Traces = {
  /**
   * Does some work as a piece of what is being done, or of what a `traceparent` names [W3C-TRACE]; whatever is done within
   * it is a piece of it. What it answers may say more of it.
   */
  readonly within: <Done>(
    about: SpanAbout,
    work: () => Promise<Done>,
    more?: { readonly of?: string | null; readonly said?: (done: Done) => Attributes },
  ) => Promise<Done>;
  /** Some work that began at an instant and ends now, as a piece of what a `traceparent` names; answers its own. */
  readonly since: (about: SpanAbout, at: Date, of: string | null) => string | null;
  /** What others are told, so that what they do is a piece of what is being done here; null: it is not followed. */
  readonly traceparent: () => string | null;
  close(): Promise<void>;
};

/** Where nothing is followed. */
export const NO_TRACES: Traces = {
  within: (_about, work) => work(),
  since: () => null,
  traceparent: () => null,
  close: () => Promise.resolve(),
};

export type TracesOptions = {
  /** Of a collector that takes OTLP over HTTP, without `/v1/traces`. */
  readonly url: string;
  readonly datacentre: string;
  readonly version: string;
};

const EXPORT_EVERY_MS = 1_000;
const EXPORT_WITHIN_MS = 5_000;
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-9a-f]$/;

/** The libraries are loaded only here: who follows nothing pays nothing. */
export async function openTraces({ url, datacentre, version }: TracesOptions): Promise<Traces> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({
    url: `${url}/v1/traces`,
    timeoutMillis: EXPORT_WITHIN_MS,
  });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'openspine',
      'service.version': version,
      'openspine.datacentre': datacentre,
    }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({ exporter, scheduledDelayMillis: EXPORT_EVERY_MS }),
    ],
  });
  return tracesWith(api, provider.getTracer('openspine', version), () => provider.shutdown());
}

type Api = typeof import('@opentelemetry/api');

function tracesWith(api: Api, tracer: Tracer, close: () => Promise<void>): Traces {
  const current = new AsyncLocalStorage<Context>();
  const begin = ({ name, kind, attributes = {} }: SpanAbout, of: string | null, at?: Date) => {
    const context = contextOf(api, of) ?? current.getStore() ?? api.ROOT_CONTEXT;
    const started = at === undefined ? {} : { startTime: at };
    const span = tracer.startSpan(
      name,
      { kind: kindOf(api, kind), attributes, ...started },
      context,
    );
    return { span, context: api.trace.setSpan(context, span) };
  };
  return {
    within: async (about, work, { of = null, said } = {}) => {
      const { span, context } = begin(about, of);
      try {
        const done = await current.run(context, work);
        if (said !== undefined) span.setAttributes(said(done));
        return done;
      } catch (error) {
        // The text of an error may quote a body.
        const message = error instanceof Error ? error.name : 'unknown';
        span.setStatus({ code: api.SpanStatusCode.ERROR, message });
        throw error;
      } finally {
        span.end();
      }
    },
    since: (about, at, of) => {
      const { span } = begin(about, of, at);
      span.end();
      return textOf(span);
    },
    traceparent: () => {
      const context = current.getStore();
      const span = context === undefined ? undefined : api.trace.getSpan(context);
      return span === undefined ? null : textOf(span);
    },
    close,
  };
}

function kindOf({ SpanKind: kinds }: Api, kind: SpanAbout['kind']): SpanKind {
  switch (kind) {
    case 'server':
      return kinds.SERVER;
    case 'client':
      return kinds.CLIENT;
    case 'internal':
      return kinds.INTERNAL;
  }
}

/** Null: it is none, or of a version that nobody knows. */
function contextOf(api: Api, traceparent: string | null): Context | null {
  if (traceparent === null || !TRACEPARENT.test(traceparent)) return null;
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return api.isSpanContextValid(span) ? api.trace.setSpanContext(api.ROOT_CONTEXT, span) : null;
}

function textOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-0${traceFlags.toString(16)}`;
}
