-- What somebody takes where the Hetzner project has several of a kind: ids at Hetzner. NULL: nothing was said; 0: none of
-- them, which no SSH key can be.
CREATE TABLE user_defaults (
    owner    text COLLATE "C" NOT NULL PRIMARY KEY,  -- as in the events: "cli:alice", "discord:1234"
    network  bigint,
    ssh_key  bigint,
    firewall bigint,
    CHECK (owner <> ''),
    CHECK (network >= 0 AND ssh_key > 0 AND firewall >= 0)  -- NULL passes
);

-- What an adapter for people has in hand (engine/ports/documents.hpp): questions that wait for an answer, messages that go on
-- being edited. Written and taken out by the adapter; nothing in here is read to replay a log.
CREATE TABLE documents (
    kind text COLLATE "C" NOT NULL,  -- "discord_batch"
    id   text COLLATE "C" NOT NULL,
    body text NOT NULL,              -- its owner's business; secrets in it are sealed
    PRIMARY KEY (kind, id)
);
