-- What a marketplace's operator sets up, and messages that have to go out: kept beside the events in the same file, so that
-- one backup holds all of it. Nothing in here is needed to replay the log; times are milliseconds since 1970.

-- Whose Hetzner projects contracts are fulfilled in.
CREATE TABLE providers (
    id               TEXT    NOT NULL PRIMARY KEY,
    sealed_token     TEXT    NOT NULL,  -- base64(0x01 ‖ nonce ‖ ciphertext ‖ tag), AES-256-GCM; never the token itself
    email            TEXT    NOT NULL,  -- '' where there is none
    telegram_chat    TEXT    NOT NULL,  -- likewise
    token_works      INTEGER NOT NULL,  -- what Hetzner said when it was last asked
    token_problem    TEXT    NOT NULL,
    token_checked_at INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    changed_at       INTEGER NOT NULL,
    -- A provider without a token could fulfil nothing, and every reader counts on there being one.
    CHECK (id <> '' AND sealed_token <> ''),
    CHECK (token_works IN (0, 1))
) STRICT, WITHOUT ROWID;

-- What a provider sells. A contract keeps a copy of its own: changing an offering changes no contract.
CREATE TABLE offerings (
    id          TEXT    NOT NULL PRIMARY KEY,
    provider    TEXT    NOT NULL REFERENCES providers (id),
    server_type TEXT    NOT NULL,
    location    TEXT    NOT NULL,
    image       TEXT    NOT NULL,
    image_id    INTEGER NOT NULL,  -- of that name, for the server type's architecture, when the offering was defined
    recipe      TEXT    NOT NULL,  -- '' where there is none
    created_at  INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL,
    CHECK (id <> '' AND provider <> '' AND server_type <> '' AND location <> '' AND image <> '')
) STRICT, WITHOUT ROWID;

-- Idempotency keys of API requests, each with a digest of the request that it came with first. The answer is found through
-- the command's id in the events, which are kept for ever: so are these.
CREATE TABLE idempotency_keys (
    key     TEXT    NOT NULL PRIMARY KEY,
    request TEXT    NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages to people, written down before they are sent.
CREATE TABLE outbox (
    event_id   TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    recipient  TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    outcome    TEXT,              -- NULL while it has to go out, then how it ended
    -- One message per event and channel, however often the event is read.
    PRIMARY KEY (event_id, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_pending ON outbox (due_at) WHERE outcome IS NULL;

-- Up to which event the log was read for messages.
CREATE TABLE outbox_position (
    only INTEGER PRIMARY KEY CHECK (only = 1),  -- there is one row
    seq  INTEGER NOT NULL
) STRICT;
INSERT INTO outbox_position (only, seq) VALUES (1, 0);
