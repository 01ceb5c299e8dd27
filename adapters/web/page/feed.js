// The log as it grows, by server-sent events. Read with fetch: an EventSource cannot send the token. Cut off, it comes
// back with a growing pause and goes on behind the last event that it has seen, so that none is missed.
import {send} from './api.js';

const SHORTEST = 500, LONGEST = 15000;
const SILENCE = 40000;  // the daemon says something every 15 s

// onRecord(record), onStatus({live, text}), onAnother(): the log is another history than the one that was read.
export class Feed {
  constructor({onRecord, onStatus, onAnother}) {
    Object.assign(this, {onRecord, onStatus, onAnother});
    this.after = null;
    this.pause = SHORTEST;
    this.waker = null;
    addEventListener('online', () => this.waker?.());
  }

  start(after) {
    this.after = after;
    this.run();
  }

  async run() {
    for (;;) {
      let another = false;
      try {
        await this.read();
      } catch (problem) {
        another = problem.status === 410;
      }
      if (another) {
        this.onStatus({live: false, text: 'another log'});
        this.after = await this.onAnother();
        continue;
      }
      this.onStatus({live: false, text: `cut off, trying again in ${Math.ceil(this.pause / 1000)} s`});
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, this.pause);
        this.waker = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.waker = null;
      this.pause = Math.min(this.pause * 2, LONGEST);
    }
  }

  async read() {
    const cut = new AbortController();
    let silence = setTimeout(() => cut.abort(), SILENCE);
    try {
      const answer = await send('/v1/events', {
        headers: {Accept: 'text/event-stream', 'Last-Event-ID': String(this.after)}, signal: cut.signal});
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (;;) {
        const {value, done} = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => cut.abort(), SILENCE);
        this.pause = SHORTEST;
        this.onStatus({live: true, text: 'live'});
        text += value;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          this.take(text.slice(0, end));
          text = text.slice(end + 2);
        }
      }
    } finally {
      clearTimeout(silence);
    }
  }

  take(block) {
    const data = block.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n');
    if (data === '') return;
    const record = JSON.parse(data);
    this.after = record.seq;
    this.onRecord(record);
  }
}
