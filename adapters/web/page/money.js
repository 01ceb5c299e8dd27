// Money and trust: what the audit found and what it costs, each with its advice; what is left of each provider's request
// budget and whether its token works; what has been on its way or tried again for long.
import {get} from './api.js';
import {actionButton} from './actions.js';
import {element, time} from './elements.js';
import {rowOf} from './fleet_source.js';
import {address} from './router.js';
import {ON_THE_WAY, age, counted, money, plain, tone, until} from './words.js';

const KINDS = [['orphan', 'Orphans', 'at Hetzner, and of no live VM or contract'],
  ['leaked', 'Leaked', 'could not be deleted and still there'],
  ['vanished', 'Vanished', 'in the log, and not at Hetzner any more'],
  ['foreign', 'Foreign', "of another installation's"], ['ahead', 'Ahead', 'further than this log, which is an older one']];

const AUDIT = {name: 'audit', method: 'POST', path: '/v1/audit', ends: false,
  means: 'Asks Hetzner for the servers and keys of every provider, and compares them with the log. Nothing is deleted; it takes a few requests of each budget.'};
const ADOPT = {name: 'adopt', method: 'POST', path: '/v1/audit?adopt=true', ends: false,
  means: 'The log takes in the servers that it does not know, or knows less of, as their labels tell. Nothing is deleted; they go on costing what they cost.'};

const headed = (id, title) => element('h2', {id}, title);
const link = (stream, kind, text) => element('a', {href: address({view: kind, id: stream})}, text);

export class Money {
  constructor(model) {
    this.model = model;
  }

  open(into) {
    this.audit = element('section', {'aria-labelledby': 'audit-title'});
    this.trust = element('section', {'aria-labelledby': 'trust-title'});
    this.late = element('section', {'aria-labelledby': 'late-title'});
    this.stuck = element('section', {'aria-labelledby': 'stuck-title'});
    into.append(element('h1', {}, 'Money and trust'), this.audit, this.trust, this.late, this.stuck);
    this.unsubscribe = this.model.subscribe({record: () => {}, overview: () => {
      this.showTrust();
      this.showLate();
    }, again: () => this.load()});
    this.load();
  }

  leave() {
    this.unsubscribe();
  }

  moved() {}

  async load() {
    await this.model.renew();
    await Promise.all([this.loadAudit(), this.loadStuck()]);
  }

  async loadAudit() {
    try {
      this.showAudit(this.model.overview?.last_audit_at ? await get('/v1/audit') : null);
    } catch (problem) {
      this.audit.replaceChildren(headed('audit-title', 'Audit'), element('p', {class: 'refused', role: 'alert'}, problem.message));
    }
  }

  showAudit(report) {
    const done = (answer) => this.showAudit(answer);
    const ahead = report?.findings.some((finding) => finding.what === 'ahead');
    const perDay = (findings) => findings.reduce((sum, finding) => sum + (Number.parseFloat(finding.cost_per_day) || 0), 0);
    const currency = report?.findings.map((f) => f.cost_per_day?.match(/[A-Z]{3}/)?.[0]).find(Boolean) ?? 'EUR';
    const group = ([what, title, means]) => {
      const found = report.findings.filter((finding) => finding.what === what);
      if (found.length === 0) return null;
      return element('section', {class: 'findings'}, element('h3', {}, `${title}: ${found.length}, `,
        `${money(perDay(found).toFixed(4), currency)} a day`), element('p', {class: 'hint'}, means),
      element('ul', {}, found.map((finding) => element('li', {}, element('b', {},
        `${finding.kind === 'server' ? 'server' : 'SSH key'} ${finding.id}${finding.name ? ` (${finding.name})` : ''}`),
      ` of ${finding.provider}`, finding.cost_per_day ? `, ${finding.cost_per_day} a day` : '',
      finding.stream ? [', ', element('a', {href: address({view: 'log', stream: finding.stream})}, 'its events')] : '',
      element('br'), finding.advice))));
    };
    this.audit.replaceChildren(headed('audit-title', 'Audit'),
      element('p', {}, report === null ? 'No audit has been made yet.'
        : report.findings.length === 0 ? 'Hetzner has what the log says, and nothing else of ours.'
          : element('b', {}, `${counted(report.findings.length, 'finding')}, ${money(perDay(report.findings).toFixed(4), currency)} a day`),
      report && [' ', element('span', {class: 'hint'}, 'As of ', time(report.at))]),
      ...(report?.not_asked ?? []).map((line) => element('p', {class: 'refused'}, line)),
      ...(report === null ? [] : KINDS.map(group).filter(Boolean)),
      element('div', {class: 'acts'}, actionButton(AUDIT, {about: 'all providers', done}),
        ahead ? actionButton(ADOPT, {about: 'all providers', done}) : null));
  }

  showTrust() {
    const projects = this.model.overview?.projects ?? [];
    const focused = this.trust.contains(document.activeElement) ? document.activeElement.closest('.card')?.dataset.provider : null;
    this.trust.replaceChildren(headed('trust-title', 'Providers'),
      projects.length === 0 ? element('p', {}, 'There is no provider yet.')
        : element('ul', {class: 'cards'}, projects.map((project) => element('li', {class: 'card', 'data-provider': project.provider},
          element('h3', {}, project.provider),
          element('p', {}, element('span', {class: `state ${project.token_works ? 'good' : 'bad'}`},
            project.token_works ? 'token works' : 'token refused'),
          project.token_checked_at ? [' ', element('span', {class: 'hint'}, 'asked ', time(project.token_checked_at))] : ''),
          project.token_problem ? element('p', {class: 'refused'}, project.token_problem) : null,
          element('label', {}, `${Math.round(project.requests_left).toLocaleString()} requests left of 3,600 an hour`,
            element('meter', {min: '0', max: '3600', low: '360', optimum: '3600', value: String(project.requests_left)})),
          project.token_checked_at ? actionButton({name: 'check', method: 'POST', ends: false,
            path: `/v1/providers/${encodeURIComponent(project.provider)}/check`,
            means: 'Asks Hetzner whether it takes the token, and notes what it says. It takes one request.'},
          {about: project.provider, done: () => this.model.renew()}) : null))));
    // Whoever has just pressed a button of one of them stays there.
    if (focused) [...this.trust.querySelectorAll('.card')].find((card) => card.dataset.provider === focused)?.querySelector('button')?.focus();
  }

  // What has been in its state for longer than is usual; each was told once to whom it is about.
  showLate() {
    const {overdue, overdue_count: count} = this.model.overview;
    const focused = this.late.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
    this.late.replaceChildren(headed('late-title', 'Overdue'),
      count === 0 ? element('p', {}, 'Whatever is on its way has been where it is for no longer than usual.')
        : element('p', {}, element('b', {}, `${count.toLocaleString()} in a state for longer than usual`),
          count > overdue.length ? `; the first ${overdue.length} of them:` : ''),
      element('ul', {class: 'cards'}, overdue.map((one) => element('li', {class: 'card'},
        element('p', {}, link(one.stream, one.kind, one.name), ' ', element('span', {class: `state ${tone(one.state)}`}, plain(one.state)),
          ' ', element('span', {class: 'state bad'}, 'overdue')),
        element('p', {}, 'overdue since ', time(one.overdue_since)),
        one.to_do ? element('p', {class: 'hint'}, one.to_do) : null))));
    if (focused) [...this.late.querySelectorAll('a')].find((a) => a.getAttribute('href') === focused)?.focus();
  }

  // A hundred of each state are enough to see what hangs.
  async loadStuck() {
    const asked = (this.model.overview?.streams ?? []).filter(({kind, state}) => kind !== 'audit' && ON_THE_WAY.includes(state));
    try {
      const lists = await Promise.all(asked.map(async ({kind, state}) => {
        const name = kind === 'contract' ? 'contracts' : 'vms';
        return (await get(`/v1/${name}?state=${state}&limit=100`))[name].map((one) => rowOf(kind, one));
      }));
      const rows = lists.flat().sort((a, b) => a.created.localeCompare(b.created)).slice(0, 200);
      this.stuck.replaceChildren(headed('stuck-title', 'On the way the longest'),
        rows.length === 0 ? element('p', {}, 'Nothing is on its way.')
          : element('ul', {class: 'cards'}, rows.map((row) => element('li', {class: 'card'},
            element('p', {}, link(row.stream, row.kind, row.name), ' ', element('span', {class: `state ${tone(row.state)}`}, plain(row.state))),
            element('p', {}, `for ${age(row.created)}`, row.due ? `, tried again ${until(row.due)}` : ''),
            row.waits || row.trouble ? element('p', {class: 'hint'}, row.waits || row.trouble) : null))));
    } catch (problem) {
      this.stuck.replaceChildren(headed('stuck-title', 'On the way the longest'),
        element('p', {class: 'refused', role: 'alert'}, problem.message));
    }
  }
}
