-- How a provider is told what went wrong: a row for each channel, so that one more channel needs no other table.
CREATE TABLE recipients (
    provider TEXT NOT NULL REFERENCES providers (id),
    channel  TEXT NOT NULL,  -- 'email', 'telegram'
    address  TEXT NOT NULL,  -- what that channel sends to: an address, a chat
    -- One for each channel: the outbox knows a message by its event and its channel.
    PRIMARY KEY (provider, channel),
    CHECK (channel <> '' AND address <> '')
) STRICT, WITHOUT ROWID;

INSERT INTO recipients (provider, channel, address) SELECT id, 'email', email FROM providers WHERE email <> '';
INSERT INTO recipients (provider, channel, address)
    SELECT id, 'telegram', telegram_chat FROM providers WHERE telegram_chat <> '';

ALTER TABLE providers DROP COLUMN email;
ALTER TABLE providers DROP COLUMN telegram_chat;
