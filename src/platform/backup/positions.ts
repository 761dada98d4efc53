/** A place in the log of PostgreSQL, in bytes from its beginning. */
export type Position = bigint;

/** From `1A/2B0000F8`. */
export function parsePosition(text: string): Position {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}

export function positionText(position: Position): string {
  return `${hex(position >> 32n)}/${hex(position & 0xffff_ffffn)}`;
}

/** Where one timeline ended and the next began. */
export type Switch = { readonly timeline: number; readonly at: Position };

/** The lines of a timeline's history: which timelines it comes from, oldest first. */
export function parseHistory(text: string): Switch[] {
  return text.split('\n').flatMap((line) => {
    const [timeline = '', at = ''] = line.trim().split('\t');
    return /^\d+$/.test(timeline) ? [{ timeline: Number(timeline), at: parsePosition(at) }] : [];
  });
}

/** The files of the log, whose names say what they hold. */
export type Segments = {
  readonly sizeBytes: number;
  /** The one that is written now. */
  readonly timeline: number;
  readonly history: readonly Switch[];
};

/** Where the file begins that a position is in. */
export function segmentStart({ sizeBytes }: Segments, position: Position): Position {
  return position - (position % BigInt(sizeBytes));
}

/**
 * The name of the file with a position in it. A file in which one timeline ends and another begins is
 * kept under both; that of the newer one has all that counts.
 */
export function segmentName(segments: Segments, position: Position): string {
  const size = BigInt(segments.sizeBytes);
  const number = position / size;
  const end = (number + 1n) * size;
  const older = segments.history.find(({ at }) => end <= at);
  const perGroup = 0x1_0000_0000n / size;
  const parts = [
    BigInt(older?.timeline ?? segments.timeline),
    number / perGroup,
    number % perGroup,
  ];
  return parts.map((part) => hex(part).padStart(8, '0')).join('');
}

/**
 * Where copying goes on that came to a position of a timeline. Whatever came there after it was left is no part of the log
 * now; the file in which it was left is copied again from its start, as it has another name.
 */
export function goesOnAt(segments: Segments, timeline: number, position: Position): Position {
  if (timeline === segments.timeline) return position;
  const left = segments.history.find((one) => one.timeline === timeline) ?? segments.history.at(-1);
  const isBehind = left === undefined || position < left.at;
  return segmentStart(segments, isBehind ? position : left.at);
}

export function historyName(timeline: number): string {
  return `${hex(BigInt(timeline)).padStart(8, '0')}.history`;
}

/** The file that comes after one, on the same timeline. */
export function nextSegment(name: string, sizeBytes: number): string {
  const perGroup = 0x1_0000_0000n / BigInt(sizeBytes);
  const [timeline, group, inGroup] = [0, 8, 16].map((at) => BigInt(`0x${name.slice(at, at + 8)}`));
  const number = (group ?? 0n) * perGroup + (inGroup ?? 0n) + 1n;
  const parts = [timeline ?? 0n, number / perGroup, number % perGroup];
  return parts.map((part) => hex(part).padStart(8, '0')).join('');
}

function hex(value: bigint): string {
  return value.toString(16).toUpperCase();
}
