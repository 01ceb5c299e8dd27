-- The event log of one installation. What every column means is in schema/FORMAT.md.
--
-- A migration runs inside one transaction, which also raises user_version and records it in schema_migrations. A file that
-- was released is never changed: the next one gets the next number.

-- One row per event: appended, never changed, never deleted.
CREATE TABLE events (
    seq            INTEGER PRIMARY KEY,  -- the store's own order, 1, 2, 3 …: one writer and no deletion, hence no gaps
    stream         TEXT    NOT NULL,
    kind           TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    type           TEXT    NOT NULL,
    schema_version INTEGER NOT NULL,
    event_id       TEXT    NOT NULL,
    at             INTEGER NOT NULL,     -- milliseconds since 1970-01-01T00:00:00Z
    actor          TEXT    NOT NULL,
    command_id     TEXT    NOT NULL,     -- '' where no command caused it
    data           TEXT    NOT NULL,
    hash           TEXT    NOT NULL,

    -- A stream is a sequence: two records of one place would be two histories.
    UNIQUE (stream, version),
    -- Appending an event twice is appending it once, whatever happened to the first answer.
    UNIQUE (event_id),
    -- A record without a stream, a machine or a name could never be replayed.
    CHECK (stream <> '' AND kind <> '' AND type <> '' AND event_id <> ''),
    -- Versions start at 1: 0 means "this stream does not exist yet" to whoever appends.
    CHECK (version >= 1 AND schema_version >= 1),
    -- Readers parse every record: text that is not a JSON object would stop a replay for ever.
    CHECK (substr(data, 1, 1) = '{' AND json_valid(data)),
    -- 64 hex digits of SHA-256.
    CHECK (length(hash) = 64)
) STRICT;

-- find_command: the answer to a command that is submitted again.
CREATE INDEX events_by_command ON events (command_id) WHERE command_id <> '';

-- The head of every stream: a cache that the events can rebuild, changed in the same transaction as they are appended.
CREATE TABLE streams (
    stream          TEXT    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    version         INTEGER NOT NULL,
    owner           TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    provider        TEXT    NOT NULL,
    key_fingerprint TEXT    NOT NULL,  -- '' while the stream holds no key at Hetzner
    due_at          INTEGER,           -- milliseconds since 1970; NULL where no time is waited for
    at_rest         INTEGER NOT NULL,
    ended           INTEGER NOT NULL,
    definition      TEXT    NOT NULL,
    hash            TEXT    NOT NULL,  -- of the event of this version: where the chain goes on

    -- A head stands for at least one event, in a state that has a name.
    CHECK (stream <> '' AND kind <> '' AND state <> '' AND version >= 1),
    -- Flags are 0 or 1, as the partial indexes below compare them.
    CHECK (at_rest IN (0, 1) AND ended IN (0, 1)),
    CHECK (length(hash) = 64)
) STRICT, WITHOUT ROWID;

-- A restart takes up what is not at rest, the most overdue first: its cost must not grow with history.
CREATE INDEX streams_unfinished ON streams (due_at) WHERE at_rest = 0;
-- live_with_key: who else needs this key at Hetzner, before it is deleted there.
CREATE INDEX streams_live_key ON streams (provider, key_fingerprint) WHERE ended = 0;
-- What somebody owns now: lists and quotas.
CREATE INDEX streams_live_owner ON streams (owner) WHERE ended = 0;
-- People say names.
CREATE INDEX streams_name ON streams (name);

-- The one process that may append. Opening the log for writing raises the epoch, and every append compares it, so that a
-- process that lost the log cannot store anything any more.
CREATE TABLE writer (
    only   INTEGER PRIMARY KEY CHECK (only = 1),  -- there is one row
    epoch  INTEGER NOT NULL,
    holder TEXT    NOT NULL,                      -- for people: program and process id
    since  INTEGER NOT NULL                       -- milliseconds since 1970
) STRICT;
INSERT INTO writer (only, epoch, holder, since) VALUES (1, 0, '', 0);

-- Facts about this store that are set once: install_id, created_at.
CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE schema_migrations (
    version    INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    applied_at INTEGER NOT NULL  -- milliseconds since 1970
) STRICT;
