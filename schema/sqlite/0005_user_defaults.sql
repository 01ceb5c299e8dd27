-- What somebody takes where the Hetzner project has several of a kind: ids at Hetzner. NULL: nothing was said; 0: none of
-- them, which no SSH key can be.
CREATE TABLE user_defaults (
    owner    TEXT    NOT NULL PRIMARY KEY,  -- as in the events: "cli:alice", "discord:1234"
    network  INTEGER,
    ssh_key  INTEGER,
    firewall INTEGER,
    CHECK (owner <> ''),
    CHECK (network >= 0 AND ssh_key > 0 AND firewall >= 0)  -- NULL passes
) STRICT, WITHOUT ROWID;
