import { type BadPost, frame, message, type Verdict } from './bad-post.ts';
import type { SendOptions } from '../support/hl7v3.ts';

/** XML that wants more than to be read, in the message and in the envelope. */
export function attacks(): BadPost[] {
  const doctypes = [
    '<!DOCTYPE a>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE a PUBLIC "-//X//Y" "http://127.0.0.1:1/x.dtd">',
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:1/x"> %b;]>',
    `<!DOCTYPE a [<!ENTITY l0 "lol">${Array.from({ length: 20 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')}]>`,
    `<!DOCTYPE a [<!ENTITY b "${'b'.repeat(50_000)}">]>`,
    '<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?>',
  ];
  const inside = [
    '&l20;',
    '&nbsp;',
    '&#0;',
    '&#xFFFE;',
    '&amp',
    '\u0001',
    ']]>',
    '<a><b></a></b>',
    '<a b="1" b="2"/>',
    '<a b=1/>',
    '<a b="<"/>',
    '<a',
    '<!-- -- -->',
    '<![CDATA[',
    '<a>'.repeat(100_000),
    `${'<a>'.repeat(101)}${'</a>'.repeat(101)}`,
    '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/><b/>',
  ];
  const atTop = (text: string, what: string): string => text.replace('?>', `?>${what}`);
  const within = (text: string, what: string): string =>
    text.replace(/<\/(ControlActEvent|eb:MessageHeader)>/, `${what}$&`);
  return [
    ...doctypes.map((one) => [one, atTop] as const),
    ...inside.map((one) => [one, within] as const),
  ].flatMap(([what, put]): BadPost[] => [
    {
      what: `message with ${what.slice(0, 40)}`,
      post: message({ payload: put(frame(), what) }),
      // An element that nobody asked for is left alone; what it names is not looked at.
      expected: what.startsWith('<xi') ? ['AA'] : ['AE'],
    },
    {
      what: `envelope with ${what.slice(0, 40)}`,
      post: message({ envelope: (text) => put(text, what) }),
      expected: what.startsWith('<xi') ? ['AA'] : ['fault'],
    },
  ]);
}

/** Bytes and names of other alphabets. */
export function charsets(): BadPost[] {
  const bytes = (change: (text: string) => Buffer): SendOptions => {
    const { body, ...rest } = message({ payload: frame().replace('<Act/>', '<Act a="\u00e9"/>') });
    return { ...rest, body: change(String(body)) };
  };
  const declared = (encoding: string): BadPost => ({
    what: `declared as ${encoding}`,
    post: message({ payload: frame().replace('UTF-8', encoding) }),
    expected: ['AE'],
  });
  const named = (charset: string): BadPost => ({
    what: `called ${charset}`,
    post: bytes((text) => Buffer.from(text.replaceAll('charset=UTF-8', `charset=${charset}`))),
    expected: ['fault'],
  });
  return [
    { what: 'Latin-1 bytes', post: bytes((text) => Buffer.from(text, 'latin1')), expected: ['AE'] },
    {
      what: 'UTF-16 bytes',
      post: bytes((text) => Buffer.from(text, 'utf16le')),
      expected: ['fault'],
    },
    ...['ISO-8859-1', 'UTF-16', 'UTF-7', 'windows-1252', 'nonsense'].flatMap((one) => [
      declared(one),
      named(one),
    ]),
  ];
}

/** Names that are not those that they look like. */
export function namespaces(): BadPost[] {
  const changed = (what: string, change: (text: string) => string, verdict: Verdict): BadPost => ({
    what,
    post: message({ payload: change(frame()) }),
    expected: [verdict],
  });
  const enveloped = (what: string, change: (text: string) => string): BadPost => ({
    what,
    post: message({ envelope: change }),
    expected: ['error'],
  });
  const names = ['id', 'creationTime', 'versionCode', 'interactionId', 'ControlActEvent', 'device'];
  return [
    changed('no namespace', (text) => text.replace(' xmlns="urn:hl7-org:v3"', ''), 'AR'),
    changed('another namespace', (text) => text.replace('urn:hl7-org:v3', 'urn:hl7-org:v2'), 'AR'),
    changed(
      'the namespace of signatures',
      (text) => text.replace('urn:hl7-org:v3', 'http://www.w3.org/2000/09/xmldsig#'),
      'AR',
    ),
    changed('a prefix of nothing', (text) => text.replaceAll('<id ', '<x:id '), 'AE'),
    changed(
      'one attribute under two prefixes',
      (text) =>
        text.replace('<versionCode ', '<versionCode xmlns:p="u" xmlns:q="u" p:a="1" q:a="2" '),
      'AE',
    ),
    changed(
      'another prefix for all of it',
      (text) => text.replace('xmlns=', 'xmlns:h=').replaceAll(/<(\/?)(?=[A-Za-z])/g, '<$1h:'),
      'AA',
    ),
    ...names.flatMap((name) =>
      ['urn:other', '', 'http://www.w3.org/2000/09/xmldsig#'].map((namespace) =>
        changed(
          `${name} of "${namespace}"`,
          (text) => text.replace(new RegExp(`<${name} `), `<${name} xmlns="${namespace}" `),
          'AE',
        ),
      ),
    ),
    enveloped('an envelope of SOAP 1.2', (text) =>
      text.replace(
        'http://schemas.xmlsoap.org/soap/envelope/',
        'http://www.w3.org/2003/05/soap-envelope',
      ),
    ),
    enveloped('a header of ebXML 1.0', (text) => text.replace('msg-header-2_0', 'msg-header-1_0')),
    enveloped('links of no namespace', (text) => text.replace('xlink:href', 'href')),
    ...['From', 'To', 'CPAId', 'Service', 'Action', 'MessageData', 'DuplicateElimination'].map(
      (name) =>
        enveloped(`${name} of another namespace`, (text) =>
          text.replaceAll(new RegExp(`(</?)eb:${name}(?=[ />])`, 'g'), `$1soap:${name}`),
        ),
    ),
  ];
}
