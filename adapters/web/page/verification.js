// The log verified, a part at a time: how far it is, a way to stop it, and what `slipway-log verify` would say of it.
import {get} from './api.js';
import {element, say} from './elements.js';
import {address} from './router.js';

const MOST_SHOWN = 500;  // problems

export class Verification {
  constructor(model) {
    this.model = model;
  }

  open(into) {
    this.begin = element('button', {type: 'button', onclick: () => this.run()}, 'Verify');
    this.stop = element('button', {type: 'button', hidden: true, onclick: () => this.running.abort()}, 'Stop verifying');
    this.progress = element('progress', {hidden: true, 'aria-label': 'Events verified'});
    this.told = element('p', {class: 'verified', hidden: true});
    this.refused = element('p', {class: 'refused', role: 'alert'});
    this.problems = element('ul', {class: 'problems'});
    this.rest = element('p', {hidden: true}, `These are the first ${MOST_SHOWN}; slipway-log verify names all.`);
    into.append(element('section', {'aria-label': 'Verification'},
      element('div', {class: 'acts'}, this.begin, this.stop),
      element('p', {class: 'hint'}, 'Hash chains, versions, transitions and heads. The file itself, and streams without a head, ',
        'are looked at by ', element('code', {}, 'slipway-log verify'), ' alone.'),
      this.progress, this.told, this.refused, this.problems, this.rest));
  }

  leave() {
    this.running?.abort();
  }

  async run() {
    const {signal} = (this.running = new AbortController());
    this.seen = {streams: 0, events: 0, problems: 0};
    this.problems.replaceChildren();
    this.rest.hidden = true;
    this.refused.textContent = '';
    this.swap(this.begin, this.stop);
    this.tell('looking');
    let end;
    try {
      await this.all(signal);
      end = this.seen.problems === 0 ? 'hash chains, versions, transitions and heads are right' : this.found();
    } catch (problem) {
      if (!signal.aborted) this.refused.textContent = problem.message;
      end = `stopped, ${this.seen.problems === 0 ? 'no problem so far' : this.found()}`;
    }
    if (!this.told.isConnected) return;  // another view is open
    this.progress.hidden = true;
    this.tell(end);
    say(this.told.textContent);
    this.swap(this.stop, this.begin);
  }

  async all(signal) {
    const {last_seq: last} = await this.model.renew();
    this.progress.max = Math.max(1, last);
    this.progress.value = 0;
    this.progress.hidden = false;
    for (let next = ''; next !== null;) {
      const part = await get(`/v1/verification${next === '' ? '' : `?after=${encodeURIComponent(next)}`}`, signal);
      this.seen.streams += part.streams;
      this.seen.events += part.events;
      this.list(part.problems);
      this.progress.value = Math.min(this.seen.events, last);
      this.tell('looking on');
      next = part.next;
    }
  }

  // Whoever has pressed the one is at the other then.
  swap(from, to) {
    const focused = document.activeElement === from;
    to.hidden = false;
    from.hidden = true;
    if (focused) to.focus();
  }

  found() {
    const {problems} = this.seen;
    return `${problems.toLocaleString()} problem${problems === 1 ? '' : 's'}. ` +
      'The log is damaged or was changed: keep a copy of it before anything else.';
  }

  tell(end) {
    const {streams, events} = this.seen;
    this.told.hidden = false;
    this.told.textContent = `${streams.toLocaleString()} streams, ${events.toLocaleString()} events: ${end}`;
  }

  list(problems) {
    const room = Math.max(0, MOST_SHOWN - this.seen.problems);
    this.seen.problems += problems.length;
    this.rest.hidden = this.seen.problems <= MOST_SHOWN;
    this.problems.append(...problems.slice(0, room).map((one) => element('li', {},
      element('a', {href: address({view: 'log', stream: one.stream})}, `stream ${one.stream}`),
      one.version === null ? '' : ` version ${one.version} (seq ${one.seq})`, `: ${one.message}`)));
  }
}
