// One VM or contract: why it is where it is, its way through its machine, what happened, what its recipe says, and what
// can be done. The slider shows the same as of an earlier event.
import {collection, get} from './api.js';
import {actionButton} from './actions.js';
import {element, time} from './elements.js';
import {picture} from './machine.js';
import {costs, pricePerMonth} from './prices.js';
import {address, change, place} from './router.js';
import {timelineOf} from './timeline.js';
import {age, money, plain, tone} from './words.js';

const machines = new Map();

function machineOf(kind) {
  if (!machines.has(kind)) machines.set(kind, get(`/v1/machines/${kind}`));
  return machines.get(kind);
}

const FACTS = [
  ['Address', (one) => one.instance_ip ?? one.ipv4], ['Connect', (one) => one.connection_instructions],
  ['Server', (one) => one.external_id], ['Type', (one) => one.server_type], ['Location', (one) => one.location],
  ['Image', (one) => one.image], ['Offering', (one) => one.offering], ['Provider', (one) => one.provider],
  ['Owner', (one) => one.owner], ['Ends', (one) => one.expires_at && time(one.expires_at)],
  ['End', (one) => one.end_reason], ['Host keys', (one) => one.host_key_fingerprints?.join(', ')],
];

export class Stream {
  constructor(model, kind) {
    this.model = model;
    this.kind = kind;
    this.open_ = new Set();
  }

  open(into) {
    this.id = place().get('id') ?? '';
    this.head = element('header', {class: 'head'});
    this.why = element('section', {class: 'why', 'aria-labelledby': 'why-title'});
    this.acts = element('section', {class: 'acts', 'aria-label': 'What can be done'});
    this.slider = element('section', {class: 'moment', 'aria-label': 'An earlier moment'});
    this.drawn = element('section', {class: 'drawn', 'aria-labelledby': 'way-title'});
    this.facts = element('section', {'aria-labelledby': 'facts-title'});
    this.recipe = element('section', {class: 'recipe', 'aria-labelledby': 'recipe-title', hidden: true});
    this.happened = element('section', {'aria-labelledby': 'happened-title'});
    into.append(this.head, this.why, this.acts, this.slider,
      element('div', {class: 'columns'}, this.drawn, element('div', {}, this.facts, this.recipe, this.happened)));
    this.unsubscribe = this.model.subscribe({
      record: (record) => {
        if (record.stream === this.story?.stream) this.soon(0);
      },
      overview: () => {
        const late = this.model.overdue(this.story?.stream) !== null;
        if (this.story && late !== (this.story.overdue_since !== null) && !place().get('version')) this.soon(0);
      }, again: () => this.load()});
    this.load();
  }

  leave() {
    this.unsubscribe();
    clearTimeout(this.timer);
    this.left = true;
  }

  moved() {
    this.load();
  }

  soon(ms) {
    if (this.timer && ms > 0) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.load();
    }, ms);
  }

  async load() {
    this.id = place().get('id') ?? '';
    const version = place().get('version');
    const turn = this.turn = (this.turn ?? 0) + 1;
    const query = version ? `?version=${encodeURIComponent(version)}` : '';
    try {
      const [machine, story] = await Promise.all([machineOf(this.kind),
        get(`/v1/${collection(this.kind)}/${encodeURIComponent(this.id)}/story${query}`)]);
      if (turn !== this.turn || this.left) return;
      this.story = story;
      this.show(machine, story, version !== null);
    } catch (problem) {
      if (turn !== this.turn || this.left) return;
      this.head.replaceChildren(element('h1', {}, this.id), element('p', {class: 'refused', role: 'alert'}, problem.message));
    }
  }

  show(machine, story, earlier) {
    document.title = `${story.name} · slipway`;
    const now = earlier ? Date.parse(story.at) : Date.now();
    this.head.replaceChildren(element('h1', {}, story.name, ' ',
      element('span', {class: `state ${tone(story.state)}`}, plain(story.state)),
      story.overdue_since ? [' ', element('span', {class: 'state bad'}, 'overdue')] : ''),
    element('p', {class: 'hint'}, `${this.kind === 'vm' ? 'VM' : 'contract'} · `,
      element('a', {href: address({view: 'log', stream: story.stream})}, story.stream), ` · in this state for ${age(story.since, now)}`));
    this.why.replaceChildren(element('h2', {id: 'why-title'}, earlier ? 'Why it was there' : 'Why it is there'),
      element('p', {class: 'main-sentence'}, story.why.slice(0, 2).join(' ')),
      story.to_do && element('p', {class: 'to-do'}, element('b', {}, 'What to do: '), story.to_do),
      story.why.length > 2 && element('ul', {}, story.why.slice(2).map((sentence) => element('li', {}, sentence))));
    this.showSlider(story, earlier);
    this.showActions(story, earlier);
    this.drawn.replaceChildren(element('h2', {id: 'way-title'}, 'The way it took'), picture(machine, story.path, now));
    this.facts.replaceChildren(element('h2', {id: 'facts-title'}, 'What it is'), element('dl', {}, FACTS.flatMap(([name, of]) => {
      const value = of(story.resource);
      return value ? [element('dt', {}, name), element('dd', {}, value)] : [];
    })));
    this.showRecipe(story);
    this.happened.replaceChildren(element('h2', {id: 'happened-title'}, 'What happened'),
      timelineOf(story.stream, story.timeline, this.open_));
    if (!earlier && story.state === 'ssh_ready') this.soon(1000);  // its recipe prints, and that is no event
  }

  showSlider(story, earlier) {
    if (!this.range) {
      this.range = element('input', {type: 'range', min: '1', id: 'version', oninput: () => {
        const wanted = Number(this.range.value);
        change({version: wanted === Number(this.range.max) ? '' : String(wanted)}, {replace: true});
      }});
      this.moment = element('output', {for: 'version'});
      this.slider.append(element('label', {for: 'version'}, 'As of event'), this.range, this.moment);
    }
    this.range.max = String(story.last_version);
    this.range.value = String(story.version);
    this.range.setAttribute('aria-valuetext', `event ${story.version} of ${story.last_version}`);
    this.moment.replaceChildren(`${story.version} of ${story.last_version}, `, time(story.at),
      earlier ? element('a', {href: address({view: this.kind, id: this.id})}, 'back to now') : ' (now)');
  }

  async showActions(story, earlier) {
    this.acts.classList.toggle('earlier', earlier);
    if (earlier) return this.acts.replaceChildren();
    // Not replaced under a finger that is about to press.
    const shown = JSON.stringify(story.actions);
    if (this.acts.dataset.shown === shown && this.acts.childElementCount > 0) return;
    this.acts.dataset.shown = shown;
    const {resource} = story;
    let cost = '';
    if (costs(story.state) && resource.server_type) {
      const {amount, currency} = await pricePerMonth(resource.provider ?? 'direct', resource.server_type, resource.location);
      if (amount !== null) cost = `Its server costs ${money(amount, currency)} a month, net.`;
    }
    if (this.acts.dataset.shown !== shown) return;
    this.acts.replaceChildren(...story.actions.map((action) => actionButton(action,
      {about: story.name, cost, done: () => this.load()})));
  }

  showRecipe(story) {
    this.recipe.hidden = !story.recipe;
    if (!story.recipe) return;
    const {running, exit_code: code, output} = story.recipe;
    const how = running ? 'running' : code === null ? 'how it ended is not known' : `exit code ${code}`;
    if (!this.output) {
      this.output = element('pre', {tabindex: '0', 'aria-label': 'Output of the recipe', class: 'output'});
      this.howRecipe = element('span', {class: 'hint'});
      this.recipe.append(element('h2', {id: 'recipe-title'}, 'Recipe ', this.howRecipe), this.output);
    }
    this.howRecipe.textContent = how;
    if (this.output.textContent === output) return;
    const followed = this.output.scrollTop + this.output.clientHeight >= this.output.scrollHeight - 4;
    this.output.textContent = output;
    if (followed) this.output.scrollTop = this.output.scrollHeight;
  }
}
