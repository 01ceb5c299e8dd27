// The fleet, a page at a time: contracts and VMs, each in the order of their ids, merged into one list. Only what a row
// shows is kept of each, so that a hundred thousand fit.
import {collection, get} from './api.js';
import {ENDED} from './words.js';

export function rowOf(kind, one) {
  const trouble = one.held?.message ?? one.failure?.message ?? '';
  return {
    kind,
    stream: kind === 'contract' ? one.stream : one.id,
    name: kind === 'contract' ? one.id : one.name,
    state: one.state,
    owner: kind === 'contract' ? one.provider : one.owner,
    provider: kind === 'contract' ? one.provider : 'direct',
    type: one.server_type,
    location: one.location,
    created: one.created_at,
    changed: one.changed_at,
    waits: one.waiting_for ?? '',
    due: one.next_try_at ?? one.due_at ?? null,
    trouble,
    leaked: one.leaked.length,
  };
}

export const sees = (filter, row) => {
  if (filter.kind && row.kind !== filter.kind) return false;
  if (filter.state === '' && ENDED.includes(row.state)) return false;
  if (filter.state !== '' && filter.state !== 'any' && row.state !== filter.state) return false;
  if (filter.provider && row.provider !== filter.provider) return false;
  if (filter.owner && row.owner !== filter.owner) return false;
  if (!filter.text) return true;
  const wanted = filter.text.toLowerCase();
  // Hexadecimal digits have everything in them somewhere: an id is known by its beginning or its end.
  if (row.stream.startsWith(wanted) || row.stream.endsWith(wanted)) return true;
  return [row.name, row.owner, row.type, row.location, row.waits, row.trouble].some(
    (text) => text && text.toLowerCase().includes(wanted));
};

class Pages {
  constructor(kind, filter) {
    this.kind = kind;
    this.query = {};
    if (filter.state === '') this.query.live = 'true';
    else if (filter.state !== 'any') this.query.state = filter.state;
    if (filter.provider) this.query.provider = filter.provider;
    if (filter.owner) this.query.owner = filter.owner;
    this.ready = [];
    this.next = null;  // null: not asked yet; '': there are no more
  }

  async fill(limit, signal) {
    if (this.ready.length > 0 || this.next === '') return;
    const query = new URLSearchParams({...this.query, limit: String(limit), ...(this.next ? {after: this.next} : {})});
    const page = await get(`/v1/${collection(this.kind)}?${query}`, signal);
    this.ready = page[collection(this.kind)].map((one) => rowOf(this.kind, one));
    this.next = page.next ?? '';
    if (this.ready.length === 0 && this.next !== '') await this.fill(limit, signal);
  }
}

export class FleetSource {
  constructor(filter) {
    this.filter = filter;
    // Contracts have no owner but their provider, and VMs no provider but the configuration's own project.
    const kinds = filter.kind ? [filter.kind] : ['contract', 'vm'];
    this.pages = kinds.map((kind) => new Pages(kind, filter));
    this.looked = 0;
    this.done = false;
  }

  // The next rows that the filter lets through: some, or none with `done`; or none of a page that had no match.
  async more(limit, signal) {
    await Promise.all(this.pages.map((pages) => pages.fill(limit, signal)));
    const rows = [];
    for (;;) {
      // Whichever has run dry must be filled before it is known which of both comes next.
      if (this.pages.some((pages) => pages.ready.length === 0 && pages.next !== '')) break;
      const left = this.pages.filter((pages) => pages.ready.length > 0);
      if (left.length === 0) {
        this.done = true;
        break;
      }
      const first = left.reduce((a, b) => (a.ready[0].stream <= b.ready[0].stream ? a : b));
      rows.push(first.ready.shift());
      this.looked += 1;
    }
    return rows.filter((row) => sees(this.filter, row));
  }
}
