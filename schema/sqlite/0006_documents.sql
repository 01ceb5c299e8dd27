-- What an adapter for people has in hand (engine/ports/documents.hpp): questions that wait for an answer, messages that go on
-- being edited. Written and taken out by the adapter; nothing in here is read to replay a log.
CREATE TABLE documents (
    kind TEXT NOT NULL,  -- "discord_batch"
    id   TEXT NOT NULL,
    body TEXT NOT NULL,  -- its owner's business; secrets in it are sealed
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
