// The page: which view the address asks for, what all views share, and the feed that keeps them up to date.
import {askWith, forgetToken, get, hasToken} from './api.js';
import {element} from './elements.js';
import {Feed} from './feed.js';
import {Fleet} from './fleet.js';
import {useLink} from './link.js';
import {Log} from './log.js';
import {Money} from './money.js';
import {address, onPlace, place} from './router.js';
import {Stream} from './stream.js';
import {theme} from './theme.js';
import {askForToken} from './token.js';

const BETWEEN_LOOKS = 10_000;

const VIEWS = {
  fleet: {title: 'Fleet', make: (model) => new Fleet(model)},
  money: {title: 'Money and trust', make: (model) => new Money(model)},
  log: {title: 'Log', make: (model) => new Log(model)},
  vm: {title: 'VM', make: (model) => new Stream(model, 'vm')},
  contract: {title: 'Contract', make: (model) => new Stream(model, 'contract')},
};

// The overview and the feed's records, for whichever view is open.
class Model {
  constructor() {
    this.overview = null;
    this.listeners = new Set();
  }

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(what, ...news) {
    for (const listener of [...this.listeners]) listener[what](...news);
  }

  // Whether this one is not on its way within what is usual for its state; the first few hundred of them are told.
  overdue(stream) {
    return this.overview?.overdue.find((one) => one.stream === stream) ?? null;
  }

  async renew() {
    const began = performance.now();
    this.overview = await get('/v1/overview');
    this.took = performance.now() - began;
    this.tell('overview');
    return this.overview;
  }

  // Counters follow the feed, twice a second at most, and more slowly where counting takes the daemon long.
  heard(record) {
    this.tell('record', record);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.renew().catch(() => {});  // the feed says when the daemon is gone
    }, Math.max(500, 20 * this.took));
  }
}

const model = new Model();
let open = null;

function show() {
  const name = place().get('view') ?? 'fleet';
  const known = Object.hasOwn(VIEWS, name) ? name : 'fleet';
  const key = known === 'vm' || known === 'contract' ? `${known} ${place().get('id')}` : known;
  links(known);
  if (open?.key === key) return open.view.moved();
  open?.view.leave();
  const main = document.getElementById('main');
  main.replaceChildren();
  document.title = `${VIEWS[known].title} · slipway`;
  const view = VIEWS[known].make(model);
  const first = open === null;
  open = {key, view};
  view.open(main);
  if (first) return;
  scrollTo(0, 0);
  main.focus({preventScroll: true});
}

function links(current) {
  const views = document.getElementById('views');
  views.replaceChildren(...['fleet', 'money', 'log'].map((name) => element('a',
    {href: address(name === 'fleet' ? {} : {view: name}), 'aria-current': name === current ? 'page' : null}, VIEWS[name].title)),
  ...(hasToken() ? [element('button', {type: 'button', class: 'quiet', onclick: () => {
    forgetToken();
    location.reload();
  }}, 'Forget the token')] : []));
}

const feed = new Feed({
  onRecord: (record) => model.heard(record),
  onStatus: ({live, text}) => {
    const said = document.getElementById('feed');
    if (said.textContent === text) return;
    said.textContent = text;
    said.className = live ? 'feed live' : 'feed cut';
  },
  onAnother: async () => {
    const overview = await model.renew();
    model.tell('again');
    return overview.last_seq;
  },
});

async function begin() {
  theme(document.getElementById('theme'));
  askWith(askForToken);
  await useLink();
  for (;;) {
    try {
      await model.renew();
      break;
    } catch (problem) {
      const again = element('button', {type: 'button'}, 'Try again');
      document.getElementById('main').replaceChildren(element('p', {class: 'refused', role: 'alert'}, problem.message), again);
      await new Promise((resolve) => again.addEventListener('click', resolve));
    }
  }
  onPlace(show);
  show();
  feed.start(model.overview.last_seq);
  // That nothing happens is no event.
  setInterval(() => {
    if (document.visibilityState === 'visible') model.renew().catch(() => {});
  }, BETWEEN_LOOKS);
}

begin();
