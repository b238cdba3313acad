-- Who may use the console. A row is never removed: the record must tell apart two of one name, one after the other.
-- `password` is what proves a password (Argon2, in the PHC string format); `invitation` is the SHA-256 of a link's secret
-- until it is used. Whoever is disabled has neither.
CREATE TABLE supervisor (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    password    TEXT,
    invitation  BLOB,
    expires_at  INTEGER,
    groups      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER,
    CONSTRAINT supervisor_way_in CHECK (password IS NULL OR invitation IS NULL),
    CONSTRAINT supervisor_invitation CHECK (length(invitation) = 32)
) STRICT;

CREATE UNIQUE INDEX supervisor_name ON supervisor (name) WHERE disabled_at IS NULL;
