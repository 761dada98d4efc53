import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PHOTO_MAX_BYTES, readPhoto } from './photo.ts';

/** The beginning of a PNG of these sides. */
function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(60);
  bytes.write('89504e470d0a1a0a0000000d49484452', 'hex');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** A JPEG with notes of a camera and a table before its frame. */
function jpeg(width: number, height: number, frame = 0xc2): Buffer {
  const size = Buffer.from([8, 0, 0, 0, 0, 3]);
  size.writeUInt16BE(height, 1);
  size.writeUInt16BE(width, 3);
  const notes = [segment(0xe1, Buffer.alloc(300)), segment(0xc4, Buffer.alloc(20))];
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...notes, segment(frame, size)]);
}

function kindOf(bytes: Buffer): string {
  const photo = readPhoto(bytes);
  return photo.ok ? photo.value.mediaType : photo.error.kind;
}

describe('a picture', () => {
  test('is known by its bytes', () => {
    assert.equal(kindOf(png(300, 400)), 'image/png');
    assert.equal(kindOf(jpeg(300, 400)), 'image/jpeg');
    assert.equal(kindOf(jpeg(300, 400, 0xc0)), 'image/jpeg');
  });

  test('of another kind is refused, whatever it looks like', () => {
    for (const other of [
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
      Buffer.from('<!DOCTYPE html><script>alert(1)</script>'),
      Buffer.from('GIF89a'.padEnd(200, '\0')),
      Buffer.from('ffd8', 'hex'),
      Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.from('<html>'.padEnd(200))]),
      jpeg(300, 400).subarray(0, 320),
      jpeg(300, 400, 0xc8),
      png(300, 400).subarray(0, 20),
      // Segments that say that they are empty do not keep anybody busy for ever.
      Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.alloc(100_000, 'ffe00000', 'hex')]),
    ]) {
      assert.equal(kindOf(other), 'PhotoOfOtherKind', other.subarray(0, 12).toString('latin1'));
    }
  });

  test('too large, too small or missing is refused', () => {
    assert.equal(kindOf(Buffer.alloc(0)), 'PhotoMissing');
    const padded = (bytes: number): Buffer =>
      Buffer.concat([png(300, 400), Buffer.alloc(bytes - 60)]);
    assert.equal(kindOf(padded(PHOTO_MAX_BYTES)), 'image/png');
    assert.equal(kindOf(padded(PHOTO_MAX_BYTES + 1)), 'PhotoTooLarge');
    assert.equal(kindOf(png(99, 400)), 'PhotoOddSize');
    assert.equal(kindOf(png(300, 4001)), 'PhotoOddSize');
    assert.equal(kindOf(jpeg(5000, 300)), 'PhotoOddSize');
  });
});
