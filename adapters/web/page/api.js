// The HTTP API, and nothing else: no request of this page goes anywhere but here. A token is kept for the tab
// (sessionStorage) and sent as the API wants it; it is asked for when the API says that it needs one.

const KEPT = 'slipway-token';

export class Problem extends Error {
  constructor(status, detail, fields) {
    super(detail);
    this.status = status;
    this.fields = fields ?? [];
  }
}

let asking = null;  // one question at a time, however many requests wait for its answer
let ask = null;

export function askWith(question) {
  ask = question;
}

export function keepToken(token) {
  sessionStorage.setItem(KEPT, token);
}

export function forgetToken() {
  sessionStorage.removeItem(KEPT);
}

export const hasToken = () => sessionStorage.getItem(KEPT) !== null;

function headersWith(more) {
  const token = sessionStorage.getItem(KEPT);
  return token === null ? {...more} : {...more, Authorization: `Bearer ${token}`};
}

async function problemOf(answer) {
  const text = await answer.text().catch(() => '');
  try {
    const document = JSON.parse(text);
    return new Problem(answer.status, document.detail ?? answer.statusText, document.errors);
  } catch {
    return new Problem(answer.status, `The daemon answered ${answer.status}.`);
  }
}

async function tokenInsteadOf(shown) {
  if (sessionStorage.getItem(KEPT) !== shown) return;  // another request has asked meanwhile
  asking ??= ask(shown !== null).then(keepToken).finally(() => {
    asking = null;
  });
  await asking;
}

// The answer of the one request; a refusal is a Problem, and so is a daemon that is not there (status 0).
export async function send(path, {method = 'GET', headers = {}, body, signal} = {}) {
  for (;;) {
    const shown = sessionStorage.getItem(KEPT);
    let answer;
    try {
      answer = await fetch(path, {method, headers: headersWith(headers), body, signal, cache: 'no-store'});
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new Problem(0, 'slipwayd does not answer.');
    }
    if (answer.ok) return answer;
    if (answer.status !== 401) throw await problemOf(answer);
    await tokenInsteadOf(shown);
  }
}

export const get = async (path, signal) => (await send(path, {signal})).json();

// The key makes a repetition harmless: the same request is never done twice.
export async function act(method, path) {
  const headers = method === 'POST' ? {'Idempotency-Key': newKey()} : {};
  return (await send(path, {method, headers})).json();
}

// crypto.randomUUID is only there on HTTPS and localhost.
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function records(query, signal) {
  const answer = await send(`/v1/events?${new URLSearchParams(query)}`, {signal});
  const text = await answer.text();
  const all = text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
  return {all, from: Number(answer.headers.get('Slipway-Searched-From') ?? 0)};
}

export const collection = (kind) => (kind === 'contract' ? 'contracts' : 'vms');
