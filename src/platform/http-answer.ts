import type { ServerResponse } from 'node:http';

import type { HttpResponse } from './http.ts';

/** Whoever asks next connects anew, perhaps to somebody else. */
export function ending(answer: HttpResponse): HttpResponse {
  return { ...answer, headers: { ...answer.headers, Connection: 'close' } };
}

/** Written past the framework: it rewrites media types, and clients compare ours to the letter. */
export function write(response: ServerResponse, answer: HttpResponse): void {
  const { status, headers, cookies = [] } = answer;
  const { body: given } = answer;
  const body = typeof given === 'string' && given.length > LARGE ? Buffer.from(given) : given;
  if (cookies.length > 0) response.setHeader('Set-Cookie', cookies);
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

/** Characters: a short text leaves with its head in one piece; a long one costs half as much as bytes. */
const LARGE = 16_384;
