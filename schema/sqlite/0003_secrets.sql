-- Secrets of the installation, sealed with CREDENTIAL_ENCRYPTION_KEY: from 'installation' the operator's key and the first
-- host keys of new VMs are derived. Where there is no such key the secret itself stays in a file beside the database, and
-- only what it is recognised by is kept here: a secret that is missing, or another installation's, is thereby noticed.

CREATE TABLE secrets (
    name        TEXT    NOT NULL PRIMARY KEY,
    fingerprint TEXT    NOT NULL,  -- 64 hex digits: SHA-256 over a fixed text and the secret
    sealed      TEXT,              -- as sealed_token in `providers`; NULL where the secret is in the file
    changed_at  INTEGER NOT NULL,  -- milliseconds since 1970: put, or sealed anew
    CHECK (name <> '' AND length(fingerprint) = 64 AND sealed <> '')
) STRICT, WITHOUT ROWID;
