// The fleet: every contract and VM with its state, owner, age, cost, and what it waits for.
import {collection, get} from './api.js';
import {element, say} from './elements.js';
import {FleetSource, rowOf, sees} from './fleet_source.js';
import {costs, pricePerMonth} from './prices.js';
import {address, change, place} from './router.js';
import {Rows} from './rows.js';
import {ENDED, STATES, age, counted, money, plain, tone, until} from './words.js';

const PAGE = 200, PAGE_OF_A_SEARCH = 1000;
const COLUMNS = ['Name', 'State', 'Owner', 'Server', 'Age', 'Per month', 'Waits for'];

const filterOf = (where) => ({
  kind: where.get('kind') ?? '', state: where.get('state') ?? '', provider: where.get('provider') ?? '',
  owner: where.get('owner') ?? '', text: where.get('text') ?? ''});

function drawn(row, late) {
  const price = element('span', {}, '–');
  if (costs(row.state) && row.type)
    pricePerMonth(row.provider, row.type, row.location).then(({amount, currency}) => {
      price.textContent = money(amount, currency);
    });
  const waits = row.waits || (row.due ? 'the next attempt' : '') || row.trouble ||
    (row.leaked ? `${counted(row.leaked, 'thing')} left at Hetzner` : '');
  const cell = (name, ...children) => element('div', {role: 'cell', class: `cell ${name}`}, children);
  return [
    cell('name', element('a', {href: address({view: row.kind, id: row.stream})}, row.name),
      element('span', {class: 'kind'}, row.kind === 'vm' ? 'VM' : 'contract')),
    cell('where', element('span', {class: `state ${tone(row.state)}`}, plain(row.state)),
      late ? element('span', {class: 'state bad', title: `since ${late.overdue_since}`}, 'overdue') : null),
    cell('owner', row.owner || '–'),
    cell('server', row.type ? `${row.type}, ${row.location}` : '–'),
    cell('age', element('time', {datetime: row.created, title: row.created}, age(row.created))),
    cell('price', price),
    cell(waits ? 'waits' : 'waits none', waits ? `${waits}${row.due ? `, ${until(row.due)}` : ''}` : '–'),
  ];
}

export class Fleet {
  constructor(model) {
    this.model = model;
    this.stale = new Set();
    this.late = new Map();  // as the rows were drawn: the state in which each is overdue
  }

  open(into) {
    this.filter = filterOf(place());
    this.counters = element('ul', {class: 'counters', 'aria-label': 'States, with how many are in each'});
    this.told = element('p', {class: 'told'});
    this.rows = new Rows({label: 'Contracts and VMs', columns: COLUMNS, draw: (row) => drawn(row, this.model.overdue(row.stream)), onNearEnd: () => this.more()});
    this.again = element('button', {type: 'button', hidden: true, onclick: () => this.more(true)}, 'Go on looking');
    into.append(element('h1', {}, 'Fleet'), this.counters, this.form(), this.told, this.rows.root, this.again);
    this.unsubscribe = this.model.subscribe({
      record: (record) => this.heard(record), overview: () => this.counted(), again: () => this.load()});
    this.count();
    this.load();
  }

  leave() {
    this.unsubscribe();
    this.rows.leave();
    this.loading?.abort();
    clearTimeout(this.timer);
  }

  // The address has changed, and it is this view still.
  moved() {
    this.filter = filterOf(place());
    for (const field of this.fields) if (field !== document.activeElement) field.value = this.filter[field.name];
    this.count();
    this.load();
  }

  form() {
    const text = (name, label, hint) => element('label', {}, element('span', {}, label), element('input', {
      name, value: this.filter[name], type: 'search', placeholder: hint, autocomplete: 'off', spellcheck: 'false'}));
    const kind = element('select', {name: 'kind'}, [['', 'Contracts and VMs'], ['contract', 'Contracts'], ['vm', 'VMs']].map(
      ([value, label]) => element('option', {value, selected: value === this.filter.kind}, label)));
    const form = element('form', {class: 'filters', role: 'search', 'aria-label': 'Filters'},
      text('text', 'Text', 'name, place, reason'), element('label', {}, element('span', {}, 'Kind'), kind),
      text('provider', 'Provider', 'any'), text('owner', 'Owner', 'any'));
    const use = () => change(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()])),
      {replace: true});
    let timer = null;
    form.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(use, 200);
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      use();
    });
    this.fields = [...form.elements];
    return form;
  }

  counted() {
    this.count();
    const late = new Map((this.model.overview?.overdue ?? []).map((one) => [one.stream, one.state]));
    const changed = [...late.keys(), ...this.late.keys()].filter((stream) => late.get(stream) !== this.late.get(stream));
    this.late = late;
    for (const stream of new Set(changed)) if (this.places?.has(stream)) this.rows.refresh(this.places.get(stream));
  }

  count() {
    const totals = new Map();
    for (const one of this.model.overview?.streams ?? [])
      if (this.filter.kind ? one.kind === this.filter.kind : one.kind !== 'audit') totals.set(one.state, (totals.get(one.state) ?? 0) + one.count);
    const here = Object.fromEntries(place());
    const chip = (state, label, number) => element('li', {}, element('a', {
      href: address({...here, view: 'fleet', state}), class: state && state !== 'any' ? tone(state) : 'all',
      'aria-current': this.filter.state === state ? 'true' : null},
    label, number === null ? null : element('b', {}, number.toLocaleString())));
    const all = [...totals.values()].reduce((sum, one) => sum + one, 0);
    const focused = this.counters.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    this.counters.replaceChildren(chip('', 'Not ended', all),
      ...STATES.filter((state) => totals.get(state) || this.filter.state === state || state === 'active' || ENDED.includes(state)).map(
        // What has ended is not counted: that would be all of history.
        (state) => chip(state, plain(state), ENDED.includes(state) ? null : totals.get(state) ?? 0)),
      chip('any', 'all', null));
    if (focused) [...this.counters.querySelectorAll('a')].find((link) => link.getAttribute('href') === focused)?.focus();
  }

  async load() {
    this.loading?.abort();
    this.loading = new AbortController();
    this.source = new FleetSource(this.filter);
    this.list = [];
    this.places = new Map();
    this.busy = false;
    this.rows.forget();
    this.rows.set(this.list);
    if (this.list.length === 0) await this.more();
  }

  async more(asked = false) {
    if (this.busy || this.source.done || (!asked && this.again.hidden === false)) return;
    this.busy = true;
    this.again.hidden = true;
    const source = this.source;
    const limit = this.filter.text ? PAGE_OF_A_SEARCH : PAGE;
    try {
      // A search looks through pages without a match, some at a time.
      for (let pages = 0, found = 0; found < 30 && !source.done; ++pages) {
        if (pages === 20) {
          this.again.hidden = false;
          break;
        }
        const rows = await source.more(limit, this.loading.signal);
        if (source !== this.source) return;
        found += rows.length;
        for (const row of rows) {
          this.places.set(row.stream, this.list.length);
          this.list.push(row);
        }
        this.tell();
      }
      this.tell();
    } catch (problem) {
      if (source !== this.source || problem.name === 'AbortError') return;
      this.told.textContent = problem.message;
      source.done = true;
    } finally {
      if (source === this.source) this.busy = false;
    }
    this.rows.set(this.list);
  }

  tell() {
    const {looked, done} = this.source;
    const number = this.list.length;
    this.told.textContent = number === 0 && done
      ? (this.filter.text || this.filter.provider || this.filter.owner || this.filter.state || this.filter.kind
        ? 'Nothing matches these filters.' : 'There is no contract and no VM yet.')
      : `${number.toLocaleString()} shown${done ? '' : ', more as you scroll'}` +
        (looked > number ? `; ${looked.toLocaleString()} looked through` : '') + '. The oldest first.';
  }

  heard(record) {
    if (record.kind !== 'vm' && record.kind !== 'contract') return;
    this.stale.add(`${record.kind} ${record.stream}`);
    this.timer ??= setTimeout(() => this.renew(), 250);
  }

  // What has happened to many in a moment is asked for a few at a time, what is seen first.
  async renew() {
    const due = [...this.stale];
    const seen = new Set([...this.rows.shown.keys()].map((index) => this.list[index]?.stream));
    due.sort((a, b) => seen.has(b.split(' ')[1]) - seen.has(a.split(' ')[1]));
    await Promise.all(due.slice(0, 8).map((which) => this.renewOne(which)));
    this.timer = null;
    if (this.stale.size > 0) this.timer = setTimeout(() => this.renew(), 250);
  }

  async renewOne(which) {
    this.stale.delete(which);
    const [kind, stream] = which.split(' ');
    const index = this.places.get(stream);
    if (index === undefined && !this.source.done) return;  // it comes with its page
    const source = this.source;
    const row = await get(`/v1/${collection(kind)}/${stream}`).then((one) => rowOf(kind, one)).catch(() => null);
    if (row === null || source !== this.source) return;
    const now = this.places.get(stream);
    if (now !== undefined) {
      // One that the filter no longer lets through stays until the list is made anew: nothing jumps under a finger.
      this.list[now] = row;
      this.rows.refresh(now);
    } else if (sees(this.filter, row)) {
      this.places.set(stream, this.list.length);
      this.list.push(row);
      this.rows.set(this.list);
      this.tell();
      say(`${row.name} is new: ${plain(row.state)}`);
    }
  }
}
