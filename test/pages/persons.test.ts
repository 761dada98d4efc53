import assert from 'node:assert/strict';
import { describe } from 'node:test';

import { sql } from '../../src/platform/sql.ts';
import { checkPage, main, pageTest, press, testBrowser } from './browser.ts';
import { userIdOf } from './people.ts';
import { pagesSpine, windowsOf } from './spine.ts';

// Shows: Web pages | registration authority: the photo of a person, for its staff alone; two records of one person become one

const spine = pagesSpine();
const windowOf = windowsOf(spine, testBrowser());
const nurse = userIdOf('nurse');

const SIDES = `(() => {
  const { naturalWidth, naturalHeight } = document.querySelector('img.app-portrait');
  return [naturalWidth, naturalHeight];
})()`;

/** The same with the notes of a phone that was held on its side. */
function withNotes(jpeg: Buffer): Buffer {
  const notes = Buffer.from(
    'ffe1002a45786966000049492a0008000000010012010300010000000600000000000000',
    'hex',
  );
  return Buffer.concat([jpeg.subarray(0, 2), notes, Buffer.from('54.97N 1'), jpeg.subarray(2)]);
}

describe('the photo of a person', () => {
  pageTest('is kept, shown to staff of the registration authority alone, and removed', async () => {
    const { a, b, database } = spine();
    const agent = await windowOf('ra-agent');
    await agent.goto(`${a}/ra/users/${nurse}`);
    const clip = { x: 0, y: 0, width: 200, height: 240 };
    const jpeg = await agent.screenshot({ type: 'jpeg', clip });
    await agent.getByRole('link', { name: 'Add a photo' }).click();
    await checkPage(agent);
    const keep = async (name: string, mimeType: string, buffer: Buffer): Promise<void> => {
      await agent.setInputFiles('#photo', { name, mimeType, buffer });
      await press(agent, 'Keep the photo');
    };
    await press(agent, 'Keep the photo');
    assert.match(await agent.locator('#photo-error').innerText(), /Choose a picture/);
    await keep('face.jpg', 'image/jpeg', Buffer.from('<svg onload="alert(1)">'));
    assert.match(await agent.locator('#photo-error').innerText(), /neither a JPEG nor a PNG/);
    await checkPage(agent);
    const large = Buffer.concat([jpeg, Buffer.alloc(1_200_000)]);
    await keep('face.jpg', 'image/jpeg', large);
    assert.match(await agent.locator('#photo-error').innerText(), /larger than 500 kB/);
    await keep('face.png', 'image/png', withNotes(jpeg));
    assert.match(await main(agent), /The photo is kept/);
    const image = agent.locator('img.app-portrait');
    assert.deepEqual(await agent.evaluate(SIDES), [240, 200], 'turned as the phone was');
    await checkPage(agent);
    const source = `${b}${(await image.getAttribute('src')) ?? ''}`;
    const answer = await agent.request.get(source);
    assert.equal(answer.headers()['content-type'], 'image/jpeg', 'as it is, not as it was called');
    assert.ok(!(await answer.body()).includes('54.97N'), "where it was taken is nobody's business");
    assert.equal(answer.headers()['cache-control'], 'no-store');
    assert.equal(answer.headers()['x-content-type-options'], 'nosniff');
    for (const name of ['nurse', 'dispenser']) {
      const other = await windowOf(name);
      assert.equal((await other.goto(source))?.status(), 403, `${name} is shown nothing`);
    }
    await agent.goto(`${b}/ra/users/${userIdOf('ra-agent')}/photo`);
    await keep('me.jpg', 'image/jpeg', jpeg);
    assert.match(await agent.locator('#photo-error').innerText(), /Nobody asks for or approves/);
    await agent.goto(`${b}/ra/users/${nurse}/photo`);
    await press(agent, 'Remove the photo');
    assert.match(await main(agent), /The photo is removed/);
    assert.equal((await agent.request.get(source)).status(), 404);
    const lines = await database.all(sql`
      select user_id as by, outcome from platform.audit where interaction = 'ra-photo' order by id`);
    const by = userIdOf('ra-agent');
    assert.deepEqual(lines, [
      { by, outcome: `${nurse}: kept` },
      { by, outcome: `${nurse}: removed` },
    ]);
  });
});

describe('two records of one person', () => {
  pageTest('are compared, and merged when another person approves', async () => {
    const { a, b } = spine();
    const agent = await windowOf('ra-agent');
    const manager = await windowOf('ra-manager');
    const [kept, gone] = [userIdOf('dispenser'), userIdOf('receptionist')];
    await agent.goto(`${a}/ra/users/${kept}`);
    await agent.getByRole('link', { name: /Merge another record/ }).click();
    await checkPage(agent);
    await agent.fill('#other', kept);
    await press(agent, 'Compare the records');
    assert.match(await agent.locator('#other-error').innerText(), /not two records/);
    await checkPage(agent);
    await agent.fill('#other', gone);
    await press(agent, 'Compare the records');
    assert.match(await main(agent), new RegExp(`${kept}\\s+${gone}[\\s\\S]*cannot be undone`));
    await checkPage(agent);
    await press(agent, 'Ask for the merge');
    assert.match(await main(agent), /waits for another person/);
    const worker = await windowOf('receptionist');
    await worker.goto(`${a}/`);
    await manager.goto(`${b}/ra/requests`);
    assert.match(await main(manager), new RegExp(`Merge: ${gone} into ${kept}`));
    await manager.getByRole('link', { name: /Look at it/ }).click();
    assert.match(await main(manager), /The record that goes/);
    await manager.goto(`${b}/ra/requests`);
    await press(manager, /^Approve/);
    assert.match(await main(manager), /Approved/);
    await manager.goto(`${a}/ra/users/${gone}`);
    assert.match(await main(manager), new RegExp(`merged into record ${kept}`));
    assert.equal(await manager.getByText('Issue a card').count(), 0);
    await checkPage(manager);
    await manager.goto(`${a}/ra/users/${kept}`);
    assert.match(await main(manager), /Receptionist Access Role/);
    await worker.goto(`${b}/`);
    assert.match(await worker.title(), /because your access changed/);
  });
});
