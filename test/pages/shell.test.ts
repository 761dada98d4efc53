import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { checkPage, pageTest, tabTo, testBrowser } from './browser.ts';
import { done, testShells } from './shells.ts';

// Shows: Web pages | a form is done once, only from a page of ours, whichever datacentre it was opened at

type Opened = { readonly cookie: string; readonly token: string; readonly key?: string };

const HTML = { accept: 'text/html' };
const FORM = { ...HTML, 'content-type': 'application/x-www-form-urlencoded' };

async function openForm(url: string, cookie = ''): Promise<Opened> {
  const answer = await fetch(`${url}/sample`, { headers: { ...HTML, cookie } });
  const html = await answer.text();
  const [, token = ''] = /name="form-token" value="([^"]+)"/.exec(html) ?? [];
  const [, key = ''] = /name="form-key" value="([^"]+)"/.exec(html) ?? [];
  return { cookie: [cookie, ...cookiesOf(answer)].filter(Boolean).join('; '), token, key };
}

function cookiesOf(answer: Response): string[] {
  return answer.headers.getSetCookie().map((one) => one.split(';')[0] ?? '');
}

function send(
  url: string,
  { cookie, token, key = '' }: Opened,
  headers: Record<string, string> = {},
  word = 'word',
): Promise<Response> {
  return fetch(`${url}/sample`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...FORM, cookie, ...headers },
    body: new URLSearchParams({ 'form-token': token, 'form-key': key, word }),
  });
}

describe('a form', () => {
  const urls = testShells();

  test('opened at one datacentre is taken at the other, and answered with a redirect', async () => {
    const [a, b] = urls();
    const answer = await send(b, await openForm(a));
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), '/sample?said=done');
  });

  test('is refused from another browser, without its token, or with a made-up one', async () => {
    const [a] = urls();
    const mine = await openForm(a);
    const others = await openForm(a);
    for (const wrong of [
      { cookie: mine.cookie, token: others.token },
      { cookie: '', token: mine.token },
      { cookie: mine.cookie, token: '' },
      { cookie: mine.cookie, token: `${mine.token}x` },
    ]) {
      const answer = await send(a, wrong);
      assert.equal(answer.status, 403);
      assert.match(await answer.text(), /This form is out of date/);
    }
  });

  test('that a page of another site sends is refused, token or not', async () => {
    const [a] = urls();
    const mine = await openForm(a);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://elsewhere.example' },
      { origin: 'null' },
    ] as Record<string, string>[]) {
      assert.equal((await send(a, mine, headers)).status, 403, JSON.stringify(headers));
    }
  });

  test('opened before the session changed is out of date', async () => {
    const [a] = urls();
    const old = await openForm(a);
    const signedIn = [old.cookie, ...cookiesOf(await send(a, old))].join('; ');
    assert.equal((await send(a, { ...old, cookie: signedIn })).status, 403);
    assert.equal((await send(a, await openForm(a, signedIn))).status, 303);
  });

  test('in another form of data is refused', async () => {
    const [a] = urls();
    const answer = await send(a, await openForm(a), { 'content-type': 'text/plain' });
    assert.equal(answer.status, 403);
  });

  test('too big to be read gets a page that says so', async () => {
    const [a] = urls();
    const answer = await fetch(`${a}/sample`, {
      method: 'POST',
      headers: FORM,
      body: 'x'.repeat(1_100_000),
    });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /cannot read what was sent/);
  });
});

describe('a form that is sent again', () => {
  const urls = testShells();

  test('is done once: all get the answer of the first, at whichever datacentre', async () => {
    const [a, b] = urls();
    const form = await openForm(a);
    done.length = 0;
    const answers = await Promise.all([send(a, form), send(b, form), send(a, form)]);
    answers.push(await send(b, form));
    assert.deepEqual(done, ['word']);
    for (const answer of answers) {
      assert.equal(answer.status, 303);
      assert.equal(answer.headers.get('location'), '/sample?said=done');
      assert.equal(cookiesOf(answer).length, 1, 'the session too');
    }
  });

  test('is done again when nothing came of it', async () => {
    const [a, b] = urls();
    const form = await openForm(a);
    done.length = 0;
    assert.equal((await send(a, form, {}, '')).status, 400);
    assert.equal((await send(a, form, {}, 'stumble')).status, 500);
    assert.equal((await send(b, form, {}, 'stumble')).status, 303);
    assert.deepEqual(done, ['stumble', 'stumble']);
  });

  test('is another one in another browser, though somebody copied its key', async () => {
    const [a] = urls();
    const [mine, others] = [await openForm(a), await openForm(a)];
    done.length = 0;
    await send(a, mine);
    await send(a, { ...others, key: mine.key ?? '' });
    assert.equal(done.length, 2);
  });
});

describe('the session that a browser is given', () => {
  const urls = testShells();

  test('is known again at the other datacentre', async () => {
    const [a, b] = urls();
    const form = await openForm(a);
    const cookie = [form.cookie, ...cookiesOf(await send(a, form))].join('; ');
    const answer = await fetch(`${b}/sample`, { headers: { ...HTML, cookie } });
    assert.match(await answer.text(), /as word/);
  });

  test('is none when somebody made up or changed the cookie', async () => {
    const [a] = urls();
    const form = await openForm(a);
    const [given = ''] = cookiesOf(await send(a, form));
    for (const cookie of [given.replace('=word', '=ward'), 'spine-session=word', `${given}x`]) {
      const answer = await fetch(`${a}/sample`, { headers: { ...HTML, cookie } });
      assert.match(await answer.text(), /as nobody/, cookie);
    }
  });

  test('is kept from scripts and other sites, and goes only through TLS outside loopback', async () => {
    const [a] = urls();
    const mine = await openForm(a);
    const [near = ''] = (await send(a, mine)).headers.getSetCookie();
    assert.match(near, /^spine-session=.*; Path=\/; HttpOnly; SameSite=Lax$/);
  });
});

describe('an answer', () => {
  const urls = testShells();

  test('lets nothing in from elsewhere, no script in the page, no frame around it', async () => {
    const { headers } = await fetch(`${urls()[0]}/sample`, { headers: HTML });
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|http|\*/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  });

  test('that is a stylesheet, script or picture names no address of another host', async () => {
    const [a] = urls();
    const html = await (await fetch(`${a}/sample`, { headers: HTML })).text();
    const assets = [...html.matchAll(/(?:href|src|data-frontend)="(\/assets\/[^"]+)"/g)];
    const found = await Promise.all(
      assets.map(async ([, path = '']) => {
        const answer = await fetch(`${a}${path}`);
        assert.equal(answer.status, 200, path);
        assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
        return answer.text();
      }),
    );
    const css = found.find((text) => text.includes('.nhsuk-header')) ?? '';
    for (const [, path = ''] of css.matchAll(/url\(["']?([^)"']+)/g)) {
      assert.equal((await fetch(`${a}${path}`)).status, 200, path);
    }
    const addresses = [html, ...found].join('\n').match(/(https?:)?\/\/[\w-]+\.[\w.-]+[^\s"')]*/g);
    const known = ['http://www.w3.org/2000/svg'];
    assert.deepEqual(
      (addresses ?? []).filter((address) => !known.includes(address)),
      [],
    );
    assert.equal(found.length, 5);
  });

  test('to a failure is a page with a reference and no word of the machine', async () => {
    const [a] = urls();
    for (const [path, status] of [
      ['/nowhere', 404],
      ['/away', 503],
      ['/broken', 500],
    ] as const) {
      const answer = await fetch(`${a}${path}`, { headers: HTML });
      const text = await answer.text();
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('retry-after') !== null, status === 503);
      assert.match(text, /reference-1/);
      assert.doesNotMatch(text, /secret detail|\bat .*\.ts/);
    }
  });

  test('shows what somebody wrote as text, never as a part of the page', async () => {
    const said = encodeURIComponent('<script>alert(1)</script>"\'');
    const answer = await fetch(`${urls()[0]}/sample?said=${said}`, { headers: HTML });
    assert.doesNotMatch(await answer.text(), /<script>alert/);
  });
});

describe('in a browser', () => {
  const urls = testShells();
  const browser = testBrowser();

  pageTest('a page, its errors and its failures keep the rules of accessibility', async () => {
    const page = await browser.open();
    const [a] = urls();
    await page.goto(`${a}/sample?said=hello`);
    await checkPage(page);
    await page.getByRole('button', { name: 'Send' }).click();
    assert.equal(await page.title(), 'Error: Sample page - OpenSpine');
    await checkPage(page);
    for (const path of ['/nowhere', '/away', '/broken']) {
      await page.goto(`${a}${path}`);
      await checkPage(page);
    }
  });

  pageTest('every page leads to the accessibility statement', async () => {
    const page = await browser.open();
    const [a] = urls();
    await page.goto(`${a}/nowhere`);
    await page.getByRole('link', { name: 'Accessibility statement' }).click();
    assert.equal(await page.title(), 'Accessibility statement - OpenSpine');
    assert.match(await page.locator('main').innerText(), /by axe-core \d+[\s\S]*Ask at the desk/);
    await checkPage(page);
  });

  pageTest(
    'nothing is refused by the security policy, and nothing goes wrong in scripts',
    async () => {
      const page = await browser.open();
      const wrong: string[] = [];
      page.on('console', (message) => wrong.push(message.text()));
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('requestfailed', (request) => wrong.push(request.url()));
      await page.goto(`${urls()[0]}/sample`);
      await page.waitForSelector('body.nhsuk-frontend-supported');
      assert.deepEqual(wrong, []);
    },
  );

  pageTest('the keyboard comes first to the skip link, and an error gets the focus', async () => {
    const page = await browser.open();
    await page.goto(`${urls()[0]}/sample`);
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').innerText(), 'Skip to main content');
    await tabTo(page, '#word');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.nhsuk-error-summary:focus');
    await tabTo(page, '.nhsuk-error-summary a');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('#word:focus').count(), 1);
  });

  pageTest('a form works without scripts', async () => {
    const page = await browser.open({ script: false });
    await page.goto(`${urls()[0]}/sample`);
    await page.fill('#word', 'hello');
    await page.getByRole('button', { name: 'Send' }).click();
    assert.match(page.url(), /said=done$/);
  });
});
