import { createServer } from 'node:http';

/** One piece of work as a collector of traces got it. */
export type SpanTold = {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** 1: internal, 2: server, 3: client. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
};

/** Takes traces in OTLP over HTTP, as JSON. */
export type Collector = {
  readonly url: string;
  readonly spans: SpanTold[];
  /** All that came, as it came. */
  readonly texts: string[];
  readonly resources: string[];
  close(): Promise<void>;
};

type Told = {
  readonly resourceSpans: readonly {
    readonly resource: object;
    readonly scopeSpans: readonly { readonly spans: readonly SpanTold[] }[];
  }[];
};

export async function openCollector(): Promise<Collector> {
  const spans: SpanTold[] = [];
  const texts: string[] = [];
  const resources: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const isTraces = request.method === 'POST' && request.url === '/v1/traces';
      response.writeHead(isTraces ? 200 : 404, { 'Content-Type': 'application/json' }).end('{}');
      if (!isTraces) return;
      const told: Told = JSON.parse(text);
      texts.push(text);
      for (const { resource, scopeSpans } of told.resourceSpans) {
        resources.push(JSON.stringify(resource));
        spans.push(...scopeSpans.flatMap((one) => one.spans));
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    texts,
    resources,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
