import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PHOTO_MAX_BYTES, readPhoto } from './photo.ts';

function chunk(name: string, content: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + content.length);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(name, 4, 'latin1');
  content.copy(bytes, 8);
  return bytes;
}

/** A PNG of these sides, with notes before, among and after what draws it. */
function png(width: number, height: number): Buffer {
  const sides = Buffer.alloc(13);
  sides.writeUInt32BE(width, 0);
  sides.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', sides),
    ...['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME', 'iCCP', 'prVt'].map((name) => chunk(name, SECRET)),
    chunk('PLTE', Buffer.from('pal')),
    chunk('IDAT', Buffer.from('drawn')),
    chunk('tEXt', SECRET),
    chunk('IDAT', Buffer.from('more')),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const SECRET = Buffer.from('54.97N 1.61W, camera 4711');

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** Notes of a camera that was held in a way; of either order of bytes. */
function notes(wayUp: number, isLittle: boolean): Buffer {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex');
  tiff.writeUInt16BE(wayUp, 18);
  const little = Buffer.from('49492a0008000000010012010300010000000000000000000000', 'hex');
  little.writeUInt16LE(wayUp, 18);
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), isLittle ? little : tiff, SECRET]);
}

type Shot = { readonly frame?: number; readonly wayUp?: number; readonly isLittle?: boolean };

/** A JPEG of these sides with two scans, and notes before, between and after them. */
function jpeg(width: number, height: number, shot: Shot = {}): Buffer {
  const { frame = 0xc2, wayUp = 1, isLittle = false } = shot;
  const size = Buffer.from([8, 0, 0, 0, 0, 3]);
  size.writeUInt16BE(height, 1);
  size.writeUInt16BE(width, 3);
  const scan = Buffer.concat([segment(0xda, Buffer.alloc(6)), Buffer.from('drawn')]);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, SECRET),
    segment(0xe1, notes(wayUp, isLittle)),
    segment(0xfe, SECRET),
    segment(0xee, Buffer.from('Adobe')),
    segment(0xc4, Buffer.alloc(20)),
    segment(frame, size),
    scan,
    Buffer.from([0xff, 0x00, 0xff, 0xd7, 0x01]),
    segment(0xe2, SECRET),
    Buffer.from([0xff]),
    scan,
    Buffer.from([0xff, 0xd9]),
    SECRET,
  ]);
}

/** Broken off at each byte. */
function cut(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length - 1 }, (_, n) => bytes.subarray(0, n + 1));
}

/** What is kept of it. */
function kept(bytes: Buffer): Buffer {
  const photo = readPhoto(bytes);
  assert.ok(photo.ok);
  return photo.value.bytes;
}

function kindOf(bytes: Buffer): string {
  const photo = readPhoto(bytes);
  return photo.ok ? photo.value.mediaType : photo.error.kind;
}

describe('a picture', () => {
  test('is known by its bytes', () => {
    assert.equal(kindOf(png(300, 400)), 'image/png');
    assert.equal(kindOf(jpeg(300, 400)), 'image/jpeg');
    assert.equal(kindOf(jpeg(300, 400, { frame: 0xc0 })), 'image/jpeg');
  });

  test('of another kind is refused, whatever it looks like', () => {
    for (const other of [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
      Buffer.from('<!DOCTYPE html><script>alert(1)</script>'),
      Buffer.from('GIF89a'.padEnd(200, '\0')),
      Buffer.from('ffd8', 'hex'),
      Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.from('<html>'.padEnd(200))]),
      jpeg(300, 400, { frame: 0xc8 }),
      ...cut(jpeg(300, 400).subarray(0, -SECRET.length)),
      ...cut(png(300, 400)),
      // Segments that say that they are empty do not keep anybody busy for ever.
      Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.alloc(100_000, 'ffe00000', 'hex')]),
    ]) {
      assert.equal(kindOf(other), 'PhotoOfOtherKind', other.subarray(0, 12).toString('latin1'));
    }
  });

  test('too large, too small or missing is refused', () => {
    assert.equal(kindOf(Buffer.alloc(0)), 'PhotoMissing');
    const padded = (bytes: number): Buffer => {
      const start = png(300, 400);
      return Buffer.concat([start, Buffer.alloc(bytes - start.length)]);
    };
    assert.equal(kindOf(padded(PHOTO_MAX_BYTES)), 'image/png');
    assert.equal(kindOf(padded(PHOTO_MAX_BYTES + 1)), 'PhotoTooLarge');
    assert.equal(kindOf(png(99, 400)), 'PhotoOddSize');
    assert.equal(kindOf(png(300, 4001)), 'PhotoOddSize');
    assert.equal(kindOf(jpeg(5000, 300)), 'PhotoOddSize');
  });

  test('is kept without where, when and by what it was taken', () => {
    for (const bytes of [png(300, 400), jpeg(300, 400), jpeg(300, 400, { wayUp: 6 })]) {
      assert.ok(bytes.includes('4711'));
      assert.ok(!kept(bytes).includes('4711'));
      assert.deepEqual(kept(kept(bytes)), kept(bytes));
    }
    const { length } = Buffer.concat([SECRET, Buffer.alloc(12)]);
    assert.equal(kept(png(300, 400)).length, png(300, 400).length - 8 * length);
  });

  test('is kept with all that draws it: its scans, its tables, which way is up', () => {
    const scans = kept(jpeg(300, 400)).toString('latin1').split('drawn');
    assert.equal(scans.length, 3);
    assert.ok(kept(jpeg(300, 400)).includes('Adobe'));
    for (const isLittle of [true, false]) {
      for (const wayUp of [2, 6, 8]) {
        const bytes = kept(jpeg(300, 400, { wayUp, isLittle }));
        assert.ok(bytes.includes(notes(wayUp, false).subarray(0, -SECRET.length)), `${wayUp}`);
      }
      for (const wayUp of [0, 1, 9]) {
        assert.ok(!kept(jpeg(300, 400, { wayUp, isLittle })).includes('Exif'), `${wayUp}`);
      }
    }
  });
});
