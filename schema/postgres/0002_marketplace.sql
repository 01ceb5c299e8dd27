-- What a marketplace's operator sets up, messages that have to go out, and the installation's secrets, all sealed: kept
-- beside the events, so that one backup holds all of it. Nothing in here is needed to replay the log.

-- Whose Hetzner projects contracts are fulfilled in.
CREATE TABLE providers (
    id               text    COLLATE "C" NOT NULL PRIMARY KEY,
    sealed_token     text    NOT NULL,  -- base64(0x01 ‖ nonce ‖ ciphertext ‖ tag), AES-256-GCM; never the token itself
    token_works      boolean NOT NULL,  -- what Hetzner said when it was last asked
    token_problem    text    NOT NULL,
    token_checked_at bigint  NOT NULL,
    created_at       bigint  NOT NULL,
    changed_at       bigint  NOT NULL,
    -- A provider without a token could fulfil nothing, and every reader counts on there being one.
    CHECK (id <> '' AND sealed_token <> '')
);

-- How a provider is told what went wrong: a row for each channel, so that one more channel needs no other table.
CREATE TABLE recipients (
    provider text COLLATE "C" NOT NULL REFERENCES providers (id),
    channel  text COLLATE "C" NOT NULL,  -- 'email', 'telegram', 'discord'
    address  text NOT NULL,              -- what that channel sends to: an address, a chat, a webhook (sealed)
    -- One for each channel: the outbox knows a message by its event and its channel.
    PRIMARY KEY (provider, channel),
    CHECK (channel <> '' AND address <> '')
);

-- What a provider sells. A contract keeps a copy of its own: changing an offering changes no contract.
CREATE TABLE offerings (
    id          text   COLLATE "C" NOT NULL PRIMARY KEY,
    provider    text   COLLATE "C" NOT NULL REFERENCES providers (id),
    server_type text   NOT NULL,
    location    text   NOT NULL,
    image       text   NOT NULL,
    image_id    bigint NOT NULL,  -- of that name, for the server type's architecture, when the offering was defined
    recipe      text   NOT NULL,  -- '' where there is none
    created_at  bigint NOT NULL,
    changed_at  bigint NOT NULL,
    CHECK (id <> '' AND provider <> '' AND server_type <> '' AND location <> '' AND image <> '')
);

-- Idempotency keys of API requests, each with a digest of the request that it came with first. The answer is found through
-- the command's id in the events, which are kept for ever: so are these.
CREATE TABLE idempotency_keys (
    key     text   NOT NULL PRIMARY KEY,
    request text   NOT NULL,
    seen_at bigint NOT NULL
);

-- Messages to people, written down before they are sent.
CREATE TABLE outbox (
    event_id   text    COLLATE "C" NOT NULL,
    channel    text    COLLATE "C" NOT NULL,
    recipient  text    NOT NULL,
    subject    text    NOT NULL,
    body       text    NOT NULL,
    created_at bigint  NOT NULL,
    due_at     bigint  NOT NULL,
    attempts   integer NOT NULL,
    outcome    text,              -- NULL while it has to go out, then how it ended
    -- One message per event and channel, however often the event is read.
    PRIMARY KEY (event_id, channel)
);
CREATE INDEX outbox_pending ON outbox (due_at, event_id, channel) WHERE outcome IS NULL;

-- Up to which event the log was read for messages.
CREATE TABLE outbox_position (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    seq      bigint NOT NULL
);
INSERT INTO outbox_position (only_row, seq) VALUES (1, 0);

-- Secrets of the installation, sealed with CREDENTIAL_ENCRYPTION_KEY: from 'installation' the operator's key and the first
-- host keys of new VMs are derived.
CREATE TABLE secrets (
    name        text   COLLATE "C" NOT NULL PRIMARY KEY,
    fingerprint text   NOT NULL,  -- 64 hex digits: SHA-256 over a fixed text and the secret
    sealed      text,             -- as sealed_token in `providers`; NULL where only its fingerprint is remembered
    changed_at  bigint NOT NULL,  -- put, or sealed anew
    CHECK (name <> '' AND length(fingerprint) = 64 AND sealed <> '')
);
