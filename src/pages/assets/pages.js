// Everything works without this script: it starts the components of the NHS.UK frontend and warns
// before a session ends.
const WARN_SECONDS = 120;
const SPOKEN_SECONDS = new Set([120, 105, 90, 75, 60, 45, 30, 20, 15, 10, 5]); // [EXPERIENCE 4.1]

const { frontend } = document.querySelector('script[data-frontend]').dataset;
const { initAll } = await import(frontend);

document.body.classList.add('js-enabled', 'nhsuk-frontend-supported');
initAll();

const dialog = document.querySelector('#time-out');
if (dialog !== null) warnBeforeTimeOut(dialog);

for (const box of document.querySelectorAll('[data-card-agent]')) askAgentFirst(box);

for (const form of document.querySelectorAll('form[data-security-key]')) useSecurityKey(form);

/** Goes to the card agent of this computer if there is one; says so when there is none. */
function askAgentFirst(box) {
  const link = box.querySelector('a');
  const said = box.querySelector('[role=alert]');
  link.addEventListener('click', async (event) => {
    event.preventDefault();
    said.replaceChildren();
    if (await isAgentThere(box.dataset.cardAgent)) location.assign(link.href);
    else said.append(agentMissing());
  });
}

const AGENT_TIMEOUT_MS = 3000;

async function isAgentThere(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(AGENT_TIMEOUT_MS) });
    return answer.status === 200;
  } catch {
    return false; // nobody listens, or it does not serve this address
  }
}

function agentMissing() {
  const text = document.createElement('p');
  text.className = 'nhsuk-error-message';
  text.textContent =
    'The card agent of this computer does not answer. Start it and try again, or ask for help as said below.';
  return text;
}

/** Asks the key that is in the computer, and sends its answer with the form. */
function useSecurityKey(form) {
  form.hidden = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { securityKey: act, options, library } = form.dataset;
    const trouble = form.querySelector('[role=alert]');
    trouble.textContent = '';
    try {
      const optionsJSON = await ask(options);
      await import(library);
      const answer = await globalThis.SimpleWebAuthnBrowser[act]({ optionsJSON });
      form.querySelector('[name=answer]').value = JSON.stringify(answer);
      form.submit();
    } catch {
      trouble.textContent =
        'The security key did not answer. Touch it when it blinks, and check its PIN.';
    }
  });
}

function warnBeforeTimeOut(box) {
  const [stay, leave] = box.querySelectorAll('form');
  let endsAt = Date.now() + Number(box.dataset.seconds) * 1000;
  let isAsking = false;
  const goesOn = ({ seconds }) => {
    endsAt = Date.now() + seconds * 1000;
    if (seconds > WARN_SECONDS) box.close();
  };
  const tick = async () => {
    const left = Math.ceil((endsAt - Date.now()) / 1000);
    if (left > WARN_SECONDS || isAsking) return;
    if (left <= 0) {
      clearInterval(timer);
      signedOut();
      return;
    }
    // Another window may have gone on with the session: the server knows.
    if (!box.open || SPOKEN_SECONDS.has(left)) {
      isAsking = true;
      try {
        goesOn(await ask('/sessions/left'));
      } finally {
        isAsking = false;
      }
      if (endsAt - Date.now() > WARN_SECONDS * 1000) return;
      speak(box, Math.ceil((endsAt - Date.now()) / 1000));
      if (!box.open) box.showModal();
    }
    box.querySelector('#time-out-count').textContent = `${words(left)} left`;
  };
  const timer = setInterval(() => void tick(), 1000);
  stay.addEventListener('submit', async (event) => {
    event.preventDefault();
    goesOn(
      await ask(stay.action, { method: 'POST', body: new URLSearchParams(new FormData(stay)) }),
    );
  });
  box.addEventListener('cancel', (event) => {
    event.preventDefault();
    stay.requestSubmit();
  });
  leave.addEventListener('submit', () => clearInterval(timer));
}

async function ask(address, options = {}) {
  const answer = await fetch(address, options);
  if (answer.status !== 200) throw new Error(`${address} answered ${answer.status}`);
  return answer.json();
}

function speak(box, left) {
  box.querySelector('#time-out-spoken').textContent = `You are signed out in ${words(left)}.`;
}

function words(left) {
  const minutes = Math.floor(left / 60);
  const seconds = left % 60;
  return [
    ...(minutes > 0 ? [`${minutes} minute${minutes === 1 ? '' : 's'}`] : []),
    ...(seconds > 0 ? [`${seconds} second${seconds === 1 ? '' : 's'}`] : []),
  ].join(' ');
}

function signedOut() {
  const back = encodeURIComponent(location.pathname + location.search);
  location.assign(`/signedout?reason=idle&return=${back}`);
}

for (const box of document.querySelectorAll('[data-live]')) keepUpToDate(box);

/** Fetches the page again and again and puts its moving part in; the focus stays where it is, and it can be paused. */
function keepUpToDate(box) {
  const button = box.querySelector('button');
  const said = box.querySelector('[data-live-said]');
  const everySeconds = Number(box.dataset.live);
  let isPaused = false;
  box.hidden = false;
  button.addEventListener('click', () => {
    isPaused = !isPaused;
    button.textContent = isPaused ? 'Go on' : 'Pause';
    said.textContent = isPaused ? 'Paused.' : `Brought up to date every ${everySeconds} seconds.`;
  });
  setInterval(() => {
    if (!isPaused && !document.hidden) bringUpToDate(said).then(undefined, () => undefined);
  }, everySeconds * 1000);
}

async function bringUpToDate(said) {
  try {
    const answer = await fetch(location.href, { headers: { 'x-refresh': 'true' } });
    if (answer.redirected) {
      location.assign(answer.url); // the session is over: that page says why
      return;
    }
    if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const part of document.querySelectorAll('[data-live-part]')) {
      const fresh = page.querySelector(`[data-live-part="${part.dataset.livePart}"]`);
      if (fresh !== null && !part.contains(document.activeElement)) part.replaceWith(fresh);
    }
    if (said.dataset.isLate === 'true') said.textContent = 'Brought up to date again.';
    said.dataset.isLate = 'false';
  } catch {
    if (said.dataset.isLate !== 'true') {
      said.textContent = 'The service did not answer: these numbers are old.';
    }
    said.dataset.isLate = 'true';
  }
}

// A file is put into the text field that is there without scripts too.
for (const box of document.querySelectorAll('[data-file-into]')) {
  box.hidden = false;
  const field = document.getElementById(box.dataset.fileInto);
  const take = async ([file]) => {
    if (file !== undefined) field.value = await file.text();
  };
  box.querySelector('input').addEventListener('change', ({ target }) => void take(target.files));
}
