/**
 * The page from its first moment to its last: which of its faces is shown (coming in, inside, locked, blank), and the
 * things that are there on each of them: leaving, help, the two spoken regions.
 */

import { Announcer } from './announcer.js';
import { ApiError, call, codeOf, me as fetchMe } from './api.js';
import { Client } from './client.js';
import { Idle } from './idle.js';
import { isLeaving, leave, shiftCounter } from './leave.js';
import { browser } from './socket.js';
import { fillWords, setText, show } from './template.js';
import { errorWord, loadWords, word } from './words.js';
import { ask } from './view/dialog.js';
import { enterView } from './view/enter.js';
import { helpPanel, loadLines } from './view/help.js';
import { InsideView } from './view/inside.js';
import { lockView } from './view/lock.js';
import { closeAll, useWays } from './view/over.js';
import { messagePage } from './view/pages.js';
import { signInView } from './view/signin.js';

const at = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const stage = at('stage');

const announcer = new Announcer({
  show: (tone, text) => at(tone).replaceChildren(text),
  after: browser.after,
  many: (n) => word('hearing.many', { n }),
  trouble: (text) => {
    setText(at('trouble-text'), text);
    show(at('trouble'), text !== '');
  },
});

const DIALING_MS = 2_000;

/** @type {InsideView | null} */
let inside = null;
/** @type {ReturnType<typeof helpPanel> | null} */
let help = null;
/** How long to wait before the server is told of a lock again. */
const LOCK_AGAIN_MS = 3_000;

/** @type {import('./view/inside.js').Place | null} where to go on after a lock */
let returnTo = null;
let drawing = 0;
/** Whether the face is the second step's: what was typed there must not go when it is asked for once more. */
let atSecond = false;

const client = new Client({
  machine: browser,
  announcer,
  changed: redraw,
  locks: (ms) => idle.locksAt(ms),
  stopped,
  roomGone: (room) => {
    const text = word('rooms.gone', { room });
    announcer.status(text);
    inside?.roomGone(text);
  },
});

const idle = new Idle({
  serverNow: () => client.link.now(),
  after: browser.after,
  tell,
  warn,
  lock: () => void lock(),
});

/** Draws once per frame, however much arrived. */
function redraw() {
  if (drawing || !inside) return;
  drawing = requestAnimationFrame(() => {
    drawing = 0;
    inside?.update();
    help?.update();
  });
}

/**
 * Puts a face on the page in place of whatever was there.
 * @param {HTMLElement | null} face
 * @param {boolean} [focus] put the focus on its heading
 */
function face(face, focus = true) {
  atSecond = false;
  inside?.stop();
  inside = null;
  closeAll();
  help?.close();
  help?.forget();
  idle.stop();
  show(at('lock-now'), false);
  show(at('to-writing'), false);
  stage.replaceChildren(...(face ? [face] : []));
  const target = /** @type {HTMLElement | null} */ (face?.querySelector('h1[tabindex]:not([hidden] *)'));
  if (focus) target?.focus();
}

function leaveNow() {
  leave(() => client.link.stop());
}
useWays({ leave: leaveNow, help: (then) => help?.open(then), back: () => help?.close() });

/** @param {{title: string, text: string, yes: string, no: string}} say */
const askHere = (say) => ask(say).answer;

const unsentWords = () => ({
  title: word('settings.unsent_title'),
  text: word('settings.unsent'),
  yes: word('settings.out'),
  no: word('settings.unsent_back'),
});

/** Asks who this is and shows what is right for them. Shows nothing until that is known. */
async function arrive() {
  try {
    const me = await fetchMe();
    theme(me.preferences.theme);
    if (me.locked) return showLock();
    if (me.second) return showSecond(me.second);
    if (client.me && client.me.name !== me.name) client.reset();
    enter(me);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return showSignIn(error.demo);
    if (error instanceof ApiError && error.code === 'locked') return showLock();
    face(
      messagePage({
        title: word('shell.unreachable_title'),
        text: errorWord(codeOf(error)),
        go: word('shell.try_again'),
        act: () => void arrive(),
      }),
    );
  }
}

/** @param {import('./frames.js').Me} me */
function enter(me) {
  inside?.stop();
  inside = null;
  const view = new InsideView(client, { help: () => help?.open(), signOut: () => void signOut(), themed, ask: askHere, arrive });
  face(view.root, false);
  inside = view;
  show(at('lock-now'), true);
  idle.start();
  client.enter(me);
  help?.entered();
  themed();
  const only = me.rooms.length === 1 ? { view: /** @type {'room'} */ ('room'), room: me.rooms[0].room } : null;
  const to = returnTo;
  returnTo = null;
  view.show({ view: 'rooms' }, !to && !only);
  if (to && to.view !== 'rooms') return view.show(to);
  history.replaceState({ view: 'rooms' }, '', '/');
  // Most people have one room. They come to be in it, with the list one step back.
  if (only) view.go(only);
}

function themed() {
  theme(client.me?.preferences.theme ?? 'auto');
}

/** @param {import('./frames.js').Preferences['theme']} choice */
function theme(choice) {
  if (choice === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}

/**
 * @param {boolean} [demo]
 * @param {string} [say]
 */
function showSignIn(demo = false, say) {
  client.reset();
  returnTo = null;
  history.replaceState(null, '', '/');
  face(signInView({ demo, say, done: arrive }));
}

function showLock() {
  if (inside) returnTo = inside.place;
  client.rest();
  face(lockView({ done: arrive, other: signOut }));
}

/** @param {'set_up' | 'give'} second what the session lacks */
async function showSecond(second) {
  if (atSecond) return;
  atSecond = true;
  if (inside) returnTo = inside.place;
  client.rest();
  const loaded = await import('./team/second.js').catch(() => null);
  if (!loaded) {
    atSecond = false;
    return face(messagePage({ title: word('shell.unreachable_title'), text: word('error.offline'), go: word('shell.try_again'), act: () => void arrive() }));
  }
  const done = () => {
    atSecond = false;
    return arrive();
  };
  face(loaded.secondView({ second, done, other: signOut }));
  atSecond = true;
}

/** A session that opens nothing any more: nothing is shown, until it is known what it lacks. */
async function showClosed() {
  if (atSecond) return;
  showLock();
  const me = await fetchMe().catch(() => null);
  if (me?.second && !me.locked) showSecond(me.second);
}

async function lock() {
  showLock();
  const screen = document.querySelector('main');
  // Until the server knows, another tab or a reload would not ask for the passphrase.
  while (screen?.isConnected) {
    try {
      return await call('/api/lock', {});
    } catch (error) {
      if (codeOf(error) === 'signed_out') return;
      await new Promise((again) => setTimeout(again, LOCK_AGAIN_MS));
    }
  }
}

async function signOut() {
  if (client.hasUnsaved() && !(await askHere(unsentWords()))) return;
  client.link.stop();
  face(null);
  try {
    await call('/api/sign-out', {});
    showSignIn(false, word('signin.signed_out'));
  } catch {
    // The session is still open here: whoever loads the page next would be inside.
    client.reset();
    face(messagePage({ title: word('signin.not_out_title'), text: word('signin.not_out'), go: word('shell.try_again'), act: () => void signOut() }));
  }
}

/** @param {import('./protocol.js').StopReason} why */
function stopped(why) {
  if (isLeaving()) return;
  if (why === 'locked') return void showClosed();
  if (why === 'signed_out') return showSignIn(false, word('signin.ended'));
  client.rest();
  if (inside) returnTo = inside.place;
  face(
    messagePage({
      title: word(why === 'too_many' ? 'shell.too_many_title' : 'shell.refused_title'),
      text: word(why === 'too_many' ? 'shell.too_many' : 'shell.refused'),
      go: word('shell.use_here'),
      act: () => void arrive(),
    }),
  );
}

/** Says to the server that somebody is here. @returns {Promise<number | null>} */
async function tell() {
  const { ok } = await client.link.command('active', {}).answer;
  if (ok) return ok.locks_at;
  const answer = await call('/api/active', {}).catch((error) => {
    if (codeOf(error) === 'locked') showLock();
  });
  return answer?.locks_at ?? null;
}

let dialed = -Infinity;

/** @type {{close: () => void} | null} */
let warning = null;

/** @param {boolean} warned */
function warn(warned) {
  if (!warned) {
    warning?.close();
    warning = null;
    return;
  }
  const question = ask({
    title: word('lock.warn_title'),
    text: word('lock.warn_text'),
    yes: word('lock.warn_stay'),
    no: word('lock.warn_lock'),
    alert: true,
  });
  // "Stay" needs nothing more: the tap itself was the sign of life.
  warning = question;
  void question.answer.then((yes) => yes === false && void lock());
}

/** @param {string} secret */
async function followLink(secret) {
  try {
    const look = await call('/api/links/look', { secret });
    if (look.kind === 'demo') {
      await call('/api/links/demo', { secret });
      return arrive();
    }
    if (look.member_already) return linkPage(word('error.member_already'));
    const done = async (/** @type {string | undefined} */ room) => {
      if (room) returnTo = { view: 'room', room };
      await arrive();
    };
    face(enterView({ look, secret, done }));
  } catch (error) {
    linkPage(errorWord(codeOf(error)), codeOf(error) === 'offline' ? () => void followLink(secret) : undefined);
  }
}

/**
 * @param {string} text
 * @param {() => void} [again]
 */
function linkPage(text, again) {
  const go = word(again ? 'shell.try_again' : 'enter.go_on');
  face(messagePage({ title: word('enter.link_title'), text, go, act: again ?? (() => void arrive()) }));
}

/** Takes the secret out of the address before anything else can see it there. */
function takeSecret() {
  const secret = new URLSearchParams(location.hash.slice(1)).get('link');
  if (location.hash) history.replaceState(null, '', '/');
  return secret;
}

function listen() {
  for (const id of ['leave', 'leave-first']) {
    at(id).addEventListener('click', (event) => {
      event.preventDefault();
      leaveNow();
    });
  }
  const third = shiftCounter();
  addEventListener('keydown', (event) => {
    if (third(event) && (client.me?.preferences.leave_key ?? true)) leaveNow();
  }, { capture: true });
  at('trouble-seen').addEventListener('click', () => {
    show(at('trouble'), false);
    /** @type {HTMLElement | null} */ (document.querySelector('main h1[tabindex]'))?.focus();
  });
  at('lock-now').addEventListener('click', () => void lock());
  at('to-writing').addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('write')?.focus();
  });
  document.addEventListener('problem', (event) => announcer.failure(/** @type {CustomEvent<string>} */ (event).detail));
  for (const kind of ['pointerdown', 'keydown', 'wheel', 'touchmove', 'input']) {
    addEventListener(kind, touched, { passive: true, capture: true });
  }
}

/** @param {Event} event */
function touched(event) {
  // "Lock now" in the warning must not be answered by staying.
  const locks = event.target instanceof Element && event.target.closest('dialog [data-part="no"]');
  if (!locks) idle.touched();
}

function listenToTheBrowser() {
  addEventListener('popstate', (event) => inside?.show(event.state ?? { view: 'rooms' }));
  addEventListener('hashchange', () => {
    const secret = takeSecret();
    if (secret) void followLink(secret);
  });
  addEventListener('online', () => client.link.nudge());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return;
    client.link.nudge();
    redraw();
  });
  addEventListener('beforeunload', (event) => {
    // A tap on a crisis line counts as leaving in some browsers. Nothing may stand in its way.
    const dials = event.timeStamp - dialed < DIALING_MS;
    if (!isLeaving() && !dials && client.hasUnsaved()) event.preventDefault();
  });
  addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('[href^="tel:"], [href^="sms:"]')) dialed = event.timeStamp;
  }, { capture: true });
  addEventListener('pagehide', () => {
    if (inside) returnTo = inside.place;
    client.rest();
    face(null);
  });
  addEventListener('pageshow', (event) => event.persisted && void arrive());
  // iOS lays its keyboard over the page without a word to the layout.
  const view = window.visualViewport;
  view?.addEventListener('resize', () => {
    document.documentElement.style.setProperty('--seen', `${view.height * view.scale}px`);
    if (view.scale === 1) scrollTo(0, 0);
  });
}

async function begin() {
  listen();
  const secret = takeSecret();
  try {
    await loadWords();
  } catch {
    show(at('broken'), true);
    return;
  }
  fillWords(document);
  await loadLines().catch(() => {});
  help = helpPanel(at('help'), /** @type {HTMLButtonElement} */ (at('help-button')), client);
  listenToTheBrowser();
  await (secret ? followLink(secret) : arrive());
}

void begin();
