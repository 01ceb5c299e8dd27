// A long list of which only what is seen is in the document: rows of one height, in the page's own scrolling.
import {element} from './elements.js';

const SPARE = 8;  // rows above and below what is seen

export class Rows {
  // draw(row) makes a row's cells; `columns` are their names, for those who do not see the list.
  constructor({label, columns, draw, onNearEnd}) {
    Object.assign(this, {draw, onNearEnd});
    this.all = [];
    this.shown = new Map();
    this.body = element('div', {role: 'rowgroup', class: 'body'});
    this.root = element('div', {role: 'table', 'aria-label': label, class: 'rows', 'aria-rowcount': '1'},
      element('div', {role: 'rowgroup', class: 'titles'},
        element('div', {role: 'row', class: 'row title', 'aria-rowindex': '1'},
          columns.map((name) => element('div', {role: 'columnheader'}, name)))),
      this.body);
    this.look = () => this.render();
    addEventListener('scroll', this.look, {passive: true});
    addEventListener('resize', this.look, {passive: true});
  }

  leave() {
    removeEventListener('scroll', this.look);
    removeEventListener('resize', this.look);
  }

  set(all) {
    this.all = all;
    this.render();
  }

  // One of them has changed.
  refresh(index) {
    this.shown.get(index)?.remove();
    this.shown.delete(index);
    this.render();
  }

  height() {
    return parseFloat(getComputedStyle(this.root).getPropertyValue('--row')) *
      parseFloat(getComputedStyle(document.documentElement).fontSize) || 44;
  }

  render() {
    if (!this.root.isConnected) return;
    const height = this.height();
    this.body.style.height = `${this.all.length * height}px`;
    this.root.setAttribute('aria-rowcount', String(this.all.length + 1));
    const top = -this.body.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(top / height) - SPARE);
    const last = Math.min(this.all.length, Math.ceil((top + innerHeight) / height) + SPARE);
    for (const [index, row] of this.shown) {
      // Whoever has the keyboard on a row keeps it.
      if ((index < first || index >= last) && !row.contains(document.activeElement)) {
        row.remove();
        this.shown.delete(index);
      }
    }
    for (let index = first; index < last; ++index) {
      if (!this.shown.has(index)) this.place(index, height);
      this.shown.get(index).style.top = `${index * height}px`;
    }
    if (last > this.all.length - 3 * SPARE) this.onNearEnd?.();
  }

  place(index, height) {
    const row = element('div', {role: 'row', class: 'row', 'aria-rowindex': String(index + 2)}, this.draw(this.all[index]));
    row.style.height = `${height}px`;
    // In the order of the list, for keyboards and readers.
    let before = null;
    for (const [other, made] of this.shown) if (other > index && (before === null || other < before.other)) before = {other, made};
    this.body.insertBefore(row, before?.made ?? null);
    this.shown.set(index, row);
  }

  forget() {
    for (const row of this.shown.values()) row.remove();
    this.shown.clear();
  }
}
