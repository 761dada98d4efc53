import { fail, ok, type Result } from '../../../kernel/result.ts';
import { bareJpeg, barePng } from './bare.ts';

export type Photo = { readonly mediaType: 'image/jpeg' | 'image/png'; readonly bytes: Buffer };

export type PhotoRefusal =
  | { readonly kind: 'PhotoMissing' }
  | { readonly kind: 'PhotoTooLarge' }
  | { readonly kind: 'PhotoOfOtherKind' }
  | { readonly kind: 'PhotoOddSize' };

export const PHOTO_MAX_BYTES = 500_000;
const SIDE_MIN_PIXELS = 100;
const SIDE_MAX_PIXELS = 4_000;

/**
 * What the bytes are is told by the bytes, not by the name or the type that somebody gave them; what is kept of them is
 * the picture alone [EXPERIENCE 4.6].
 */
export function readPhoto(bytes: Buffer): Result<Photo, PhotoRefusal> {
  if (bytes.length === 0) return fail({ kind: 'PhotoMissing' });
  if (bytes.length > PHOTO_MAX_BYTES) return fail({ kind: 'PhotoTooLarge' });
  const png = pngSides(bytes);
  const sides = png ?? jpegSides(bytes);
  if (sides === null) return fail({ kind: 'PhotoOfOtherKind' });
  const isFit = sides.every((side) => side >= SIDE_MIN_PIXELS && side <= SIDE_MAX_PIXELS);
  if (!isFit) return fail({ kind: 'PhotoOddSize' });
  const bare = png === null ? bareJpeg(bytes) : barePng(bytes);
  if (bare === null) return fail({ kind: 'PhotoOfOtherKind' });
  return ok({ mediaType: png === null ? 'image/jpeg' : 'image/png', bytes: bare });
}

type Sides = readonly [width: number, height: number];

const PNG_BEGINNING = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'); // signature, then the header chunk

function pngSides(bytes: Buffer): Sides | null {
  const isPng = bytes.length >= 33 && bytes.subarray(0, 16).equals(PNG_BEGINNING);
  return isPng ? [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] : null;
}

const NO_FRAMES = [0xc4, 0xc8, 0xcc]; // tables and reserved ones among the markers of frames

/** Goes from segment to segment to the one that says how large the frame is (ITU-T T.81 B.1). */
function jpegSides(bytes: Buffer): Sides | null {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xff_d8) return null;
  for (let at = 2; at + 9 < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker);
    if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
  }
  return null;
}
