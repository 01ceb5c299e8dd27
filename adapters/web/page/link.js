// The link of slipway dashboard works once: what it carries is exchanged for the token of this tab, and leaves the address.
import {keepToken} from './api.js';

export async function useLink() {
  const carried = /^#link=([0-9a-f]+)$/.exec(location.hash);
  if (carried === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  const answer = await fetch('/dashboard/session', {method: 'POST', headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({link: carried[1]}), cache: 'no-store'}).catch(() => null);
  if (answer?.ok) keepToken((await answer.json()).token);  // else the first question's answer says what is wrong
}
