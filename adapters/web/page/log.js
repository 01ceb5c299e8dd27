// The log, the newest first: by stream, type, actor and time. The daemon looks through it a part at a time and says how
// far it has come, so that a search through a million events can be watched, and left.
import {records} from './api.js';
import {element} from './elements.js';
import {address, change, place} from './router.js';
import {Verification} from './verification.js';
import {plain} from './words.js';

const PAGE = 100;
const FIELDS = ['stream', 'type', 'actor', 'since', 'until'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

// The first seq whose event is not before `at`, by halving: seqs and times go the same way.
export async function seqAt(at, last, signal) {
  let low = 1, high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = (await records({after: String(middle - 1), limit: '1'}, signal)).all[0];
    if (found && Date.parse(found.at) < at) low = found.seq + 1;
    else high = middle;
  }
  return low;
}

export class Log {
  constructor(model) {
    this.model = model;
    this.verification = new Verification(model);
  }

  open(into) {
    this.told = element('p', {class: 'told', role: 'status'});
    this.list = element('ol', {class: 'records'});
    this.more = element('button', {type: 'button', hidden: true, onclick: () => this.next()}, 'Older events');
    this.stop = element('button', {type: 'button', hidden: true, onclick: () => this.searching.abort()}, 'Stop looking');
    into.append(element('h1', {}, 'Log'));
    this.verification.open(into);
    into.append(this.form(), this.told, this.list,
      element('div', {class: 'buttons'}, this.more, this.stop));
    this.news = element('button', {type: 'button', class: 'news', hidden: true, onclick: () => this.load()});
    this.list.before(this.news);
    this.arrived = 0;
    this.unsubscribe = this.model.subscribe({record: () => {
      this.arrived += 1;
      this.news.hidden = false;
      this.news.textContent = `${this.arrived} newer: show`;
    }, overview: () => {}, again: () => this.load()});
    this.load();
  }

  leave() {
    this.unsubscribe();
    this.searching?.abort();
    this.verification.leave();
  }

  moved() {
    for (const name of FIELDS) {
      const field = this.fields[name];
      if (field !== document.activeElement) field.value = place().get(name) ?? '';
    }
    this.load();
  }

  form() {
    const field = (name, label, type, hint) => element('label', {}, element('span', {}, label), element('input', {
      name, type, value: place().get(name) ?? '', placeholder: hint, autocomplete: 'off', spellcheck: 'false',
      step: type === 'datetime-local' ? '1' : null}));
    const form = element('form', {class: 'filters', role: 'search', 'aria-label': 'Search the log'},
      field('stream', 'Stream', 'search', 'id of a VM or contract'), field('type', 'Type', 'search', 'step_failed'),
      field('actor', 'Actor', 'search', 'api'), field('since', 'Since', 'datetime-local'),
      field('until', 'Until', 'datetime-local'), element('button', {class: 'main'}, 'Search'));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      change(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()])));
    });
    this.fields = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]]));
    return form;
  }

  async load() {
    this.searching?.abort();
    const signal = (this.searching = new AbortController()).signal;
    this.list.replaceChildren();
    this.more.hidden = true;
    this.arrived = 0;
    this.news.hidden = true;
    this.shown = 0;
    const where = place();
    this.query = Object.fromEntries(['stream', 'type', 'actor'].map((name) => [name, where.get(name) ?? '']).filter(([, value]) => value));
    if (this.query.stream && !UUID.test(this.query.stream)) {
      this.told.textContent = 'A stream is named by its id, a UUID; the fleet leads to it.';
      return;
    }
    try {
      await this.model.renew();
      const last = this.model.overview.last_seq;
      this.before = where.get('until') ? await seqAt(Date.parse(where.get('until')) + 1000, last, signal) : last + 1;
      this.lowest = where.get('since') ? await seqAt(Date.parse(where.get('since')), last, signal) : 1;
      this.began = this.before;
      await this.next();
    } catch (problem) {
      if (!signal.aborted) this.told.textContent = problem.message;
    }
  }

  async next() {
    const {signal} = this.searching.signal.aborted ? (this.searching = new AbortController()) : this.searching;
    this.more.hidden = true;
    this.stop.hidden = false;
    try {
      for (let found = 0; found < PAGE && this.before > this.lowest;) {
        const {all, from} = await records({...this.query, before: String(this.before), limit: String(PAGE)}, signal);
        const wanted = all.filter((record) => record.seq >= this.lowest);
        this.list.append(...wanted.map((record) => this.entry(record)));
        found += wanted.length;
        this.shown += wanted.length;
        this.before = Math.min(this.before - 1, from);
        this.tell(true);
      }
    } catch (problem) {
      if (!signal.aborted) throw problem;
    } finally {
      if (!signal.aborted || signal === this.searching.signal) {
        this.stop.hidden = true;
        this.more.hidden = this.before <= this.lowest;
        this.tell(false);
      }
    }
  }

  tell(looking) {
    const looked = Math.max(0, this.began - Math.max(this.before, this.lowest));
    this.told.textContent = `${this.shown.toLocaleString()} found in ${looked.toLocaleString()} of ` +
      `${Math.max(0, this.began - this.lowest).toLocaleString()} events${looking ? ', looking on' : ''}.`;
  }

  entry(record) {
    const known = record.kind === 'vm' || record.kind === 'contract';
    const raw = element('pre', {tabindex: '0', 'aria-label': `Record ${record.seq}`});
    return element('li', {}, element('p', {},
      element('span', {class: 'seq'}, String(record.seq)), ' ',
      element('time', {datetime: record.at, title: record.at}, new Date(record.at).toLocaleString()), ' ',
      element('b', {}, plain(record.type)), ' ',
      known ? element('a', {href: address({view: record.kind, id: record.stream})}, `${record.kind} ${record.stream.slice(-12)}`) : record.kind,
      ' ', element('span', {class: 'by'}, record.actor)),
    element('details', {class: 'record', ontoggle: (event) => {
      if (event.target.open) raw.textContent = JSON.stringify(record, null, 2);
    }}, element('summary', {}, `record ${record.seq}`), raw));
  }
}
