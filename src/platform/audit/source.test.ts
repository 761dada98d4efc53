import assert from 'node:assert/strict';
import { test } from 'node:test';

import { comingFrom, sourceAddress } from './source.ts';

test('what is done for a request knows where it came from, to its end; what nobody asked for does not', async () => {
  const later = async (): Promise<string | null> => {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return sourceAddress();
  };
  const [one, other] = await Promise.all([
    comingFrom('::ffff:192.0.2.7', later),
    comingFrom('2001:db8::7', later),
  ]);
  assert.deepEqual([one, other], ['192.0.2.7', '2001:db8::7']);
  assert.equal(
    comingFrom('192.0.2.7', () => comingFrom(null, sourceAddress)),
    '192.0.2.7',
  );
  assert.equal(sourceAddress(), null);
});
