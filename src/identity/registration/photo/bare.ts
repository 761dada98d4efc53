/**
 * The picture without what else cameras and programs write into it: where and when it was taken, with which device, an
 * older copy of it. Only what is needed to draw it stays, which way is up included. Null: it is not whole.
 */
export function bareJpeg(bytes: Buffer): Buffer | null {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return null;
  const kept = [bytes.subarray(0, 2)];
  let wayUp: number | null = null;
  for (let at = 2; at + 2 <= bytes.length; ) {
    const marker = bytes[at] === 0xff ? (bytes[at + 1] ?? 0) : 0;
    if (marker === FILL) {
      at += 1;
      continue;
    }
    if (marker === EOI) {
      if (wayUp !== null) kept.splice(1, 0, wayUpSegment(wayUp));
      return Buffer.concat([...kept, bytes.subarray(at, at + 2)]);
    }
    const size = marker < 0xc0 || at + 4 > bytes.length ? 0 : bytes.readUInt16BE(at + 2);
    if (size < 2 || at + 2 + size > bytes.length) return null;
    const segment = bytes.subarray(at, at + 2 + size);
    at += segment.length;
    if (marker === APP1) wayUp ??= wayUpIn(segment.subarray(4));
    if (isNote(marker)) continue;
    kept.push(segment);
    if (marker !== SOS) continue;
    const end = endOfScan(bytes, at);
    kept.push(bytes.subarray(at, end));
    at = end;
  }
  return null;
}

// Markers of ITU-T T.81 B.1.
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const COM = 0xfe;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP14 = 0xee; // says how colours are written, and nothing else
const APP15 = 0xef;
const FILL = 0xff; // before a marker, as many as somebody likes

function isNote(marker: number): boolean {
  return marker === COM || (marker >= APP0 && marker <= APP15 && marker !== APP14);
}

/** Of what a scan has: 0xff in it is followed by 0x00, or stands for a restart. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    const isPart = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (!isPart) return at;
  }
  return bytes.length;
}

const EXIF = Buffer.from('Exif\0\0', 'latin1');
const ORIENTATION = 0x01_12; // tag of Exif 2.3, 4.6.4
const ENTRY_BYTES = 12;

/** 2 to 8: how the picture is to be turned; null when it is not. */
function wayUpIn(notes: Buffer): number | null {
  if (!notes.subarray(0, EXIF.length).equals(EXIF)) return null;
  const tiff = notes.subarray(EXIF.length);
  const isLittle = tiff.subarray(0, 2).toString('latin1') === 'II';
  const short = (at: number): number => {
    if (at < 0 || at + 2 > tiff.length) return 0;
    return isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at);
  };
  const first = isLittle ? short(4) : short(6); // such tables begin within the first 64 kB
  for (let n = 0; n < short(first); n += 1) {
    const entry = first + 2 + n * ENTRY_BYTES;
    if (short(entry) !== ORIENTATION) continue;
    const value = short(entry + 8);
    return value >= 2 && value <= 8 ? value : null;
  }
  return null;
}

/** The shortest segment that says it. */
function wayUpSegment(value: number): Buffer {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex');
  tiff.writeUInt16BE(value, 18);
  const head = Buffer.from([0xff, APP1, 0, 0]);
  head.writeUInt16BE(2 + EXIF.length + tiff.length, 2);
  return Buffer.concat([head, EXIF, tiff]);
}

const SIGNATURE_BYTES = 8;
const DRAWN = ['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'IDAT'];

/** The same of a PNG: of its chunks (ISO/IEC 15948 5.3) those that draw it. */
export function barePng(bytes: Buffer): Buffer | null {
  const kept = [bytes.subarray(0, SIGNATURE_BYTES)];
  for (let at = SIGNATURE_BYTES; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) return null;
    const name = bytes.toString('latin1', at + 4, at + 8);
    if (name === 'IEND') return Buffer.concat([...kept, bytes.subarray(at, end)]);
    if (DRAWN.includes(name)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return null;
}
