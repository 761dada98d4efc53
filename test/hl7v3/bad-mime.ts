import { type BadPost, message, type Verdict } from './bad-post.ts';
import type { SendOptions } from '../support/hl7v3.ts';

/** Parts that are wrong, missing or too many. */
export function mimeFaults(): BadPost[] {
  const type = (text: string): SendOptions => {
    const { headers, ...rest } = message();
    return { ...rest, headers: { ...headers, 'Content-Type': text } };
  };
  const body = (change: (text: string) => string): SendOptions => {
    const { body: before, ...rest } = message();
    return { ...rest, body: change(String(before)) };
  };
  const faults: readonly (readonly [what: string, post: SendOptions, verdict: Verdict])[] = [
    ['no type', type(''), 'fault'],
    ['plain text', type('text/plain'), 'fault'],
    ['XML alone', type('text/xml; charset=UTF-8'), 'fault'],
    ['no boundary', type('multipart/related; type=text/xml'), 'fault'],
    ['an empty boundary', type('multipart/related; boundary=""'), 'fault'],
    ['another boundary', type('multipart/related; boundary="--=_MIME-Boundar"'), 'fault'],
    [
      'a boundary of 71 characters',
      type(`multipart/related; boundary="${'x'.repeat(71)}"`),
      'fault',
    ],
    ['a boundary of strange characters', type('multipart/related; boundary="a\\"b{}"'), 'fault'],
    ['a quote that does not end', type('multipart/related; boundary="--=_MIME-Boundary'), 'fault'],
    [
      'a start of no part',
      type('multipart/related; boundary="--=_MIME-Boundary"; start="<x>"'),
      'fault',
    ],
    ['form data', type('multipart/form-data; boundary="--=_MIME-Boundary"'), 'fault'],
    ['no last boundary', body((text) => text.replace(/--$/, '')), 'fault'],
    ['no first boundary', body((text) => text.replace('----=_MIME-Boundary\r\n', '')), 'fault'],
    ['an empty body', body(() => ''), 'fault'],
    ['nothing but the end', body(() => '----=_MIME-Boundary--'), 'fault'],
    ['no parts but boundaries', body(() => '----=_MIME-Boundary\r\n'.repeat(5_000)), 'fault'],
    [
      'a part without an empty line',
      body((text) => text.replace('8bit\r\n\r\n', '8bit\r\n')),
      'fault',
    ],
    [
      'a part of endless headers',
      body((text) => text.replace('8bit\r\n', `8bit\r\nX: ${'x'.repeat(20_000)}\r\n`)),
      'fault',
    ],
    [
      'eleven parts',
      body((text) =>
        text.replace(/--$/, `\r\n\r\nx\r\n----=_MIME-Boundary`.repeat(11).concat('--')),
      ),
      'fault',
    ],
    ['base64', body((text) => text.replaceAll('8bit', 'base64')), 'fault'],
    ['a JPEG', body((text) => text.replaceAll('text/xml', 'image/jpeg')), 'fault'],
    [
      'only the envelope',
      body(
        (text) =>
          `${text.split('----=_MIME-Boundary').slice(0, 2).join('----=_MIME-Boundary')}----=_MIME-Boundary--`,
      ),
      'error',
    ],
    [
      'only the message',
      body((text) => text.replace(/^----=_MIME-Boundary[\s\S]*?(?=----=_MIME-Boundary)/, '')),
      'fault',
    ],
    [
      'the message twice',
      body((text) =>
        text.replace(
          /(?<=<\/soap:Envelope>\r\n\r\n)(----=_MIME-Boundary[\s\S]*?)(?=----=_MIME-Boundary--)/,
          '$1$1',
        ),
      ),
      'error',
    ],
    [
      'parts of no name',
      body((text) => text.replace(/Content-Id: <[-0-9A-F]{36}.*>/, 'X: y')),
      'error',
    ],
  ];
  return faults.map(([what, post, verdict]) => ({ what, post, expected: [verdict] }));
}
