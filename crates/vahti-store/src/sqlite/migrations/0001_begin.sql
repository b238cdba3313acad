-- Times are milliseconds since 1970; stamps are 64 bits (48 of milliseconds, 16 of counter); 0 is "never".
-- Personal text stands in `person` and `text` and nowhere else; whatever needs it names it by number.
-- The names of constraints and of their columns are mapped to answers in `trouble.rs`.

-- What Vahti knows of one user besides the text: the registers. Account 0 is about no user; its `newest` is the newest
-- stamp of all.
CREATE TABLE account (
    id               INTEGER PRIMARY KEY,
    newest           INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    groups           TEXT    NOT NULL,
    verified         INTEGER,
    verified_home    TEXT,
    verified_session TEXT,
    invalidated      INTEGER NOT NULL,
    frozen           INTEGER NOT NULL,
    hold_logins      INTEGER NOT NULL,
    hold_logins_on   INTEGER NOT NULL,
    stopped          INTEGER,
    stopped_at       INTEGER,
    events           INTEGER NOT NULL,
    hash             BLOB    NOT NULL,
    CONSTRAINT account_verified CHECK ((verified IS NULL) = (verified_session IS NULL)
        AND (verified IS NULL) = (verified_home IS NULL)),
    CONSTRAINT account_stopped CHECK ((stopped IS NULL) = (stopped_at IS NULL)),
    CONSTRAINT account_hash CHECK (length(hash) = 32)
) STRICT;

INSERT INTO account (id, newest, version, groups, invalidated, frozen, hold_logins, hold_logins_on, events, hash)
VALUES (0, 0, 0, '[]', 0, 0, 0, 0, 0, zeroblob(32));

-- The person behind an account. Erased: every text and the salt are NULL; the digest stays, for the chain.
CREATE TABLE person (
    account INTEGER PRIMARY KEY REFERENCES account (id),
    user    TEXT,
    name    TEXT,
    email   TEXT,
    number  TEXT,
    salt    BLOB,
    digest  BLOB NOT NULL,
    CONSTRAINT person_user UNIQUE (user),
    CONSTRAINT person_salt CHECK ((user IS NULL) = (salt IS NULL)),
    CONSTRAINT person_digest CHECK (length(digest) = 32)
) STRICT;

-- Other text about people, each text of an account once: origins and free reasons of the account; the names of
-- those who gave commands under account 0. Erased: value and salt are NULL; the digest stays, for the chain.
CREATE TABLE text (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    value   TEXT,
    salt    BLOB,
    digest  BLOB NOT NULL,
    CONSTRAINT text_once UNIQUE (account, value),
    CONSTRAINT text_salt CHECK ((value IS NULL) = (salt IS NULL)),
    CONSTRAINT text_digest CHECK (length(digest) = 32)
) STRICT;

-- One login of one user on one device. `number` rises with the logins.
CREATE TABLE session (
    number            INTEGER PRIMARY KEY,
    id                TEXT    NOT NULL,
    account           INTEGER NOT NULL REFERENCES account (id),
    state             TEXT    NOT NULL,
    reason            TEXT,
    last_seen         INTEGER NOT NULL,
    expired_at        INTEGER,
    admitted          INTEGER NOT NULL,
    invalidated       INTEGER NOT NULL,
    invalidated_cause TEXT    NOT NULL,
    ended_at          INTEGER,
    ended             TEXT,
    secret            BLOB    NOT NULL,
    login             INTEGER NOT NULL,
    login_at          INTEGER NOT NULL,
    held              TEXT,
    place             TEXT,
    origin            INTEGER,
    app               TEXT    NOT NULL,
    home              TEXT    NOT NULL,
    idempotency       BLOB,
    CONSTRAINT session_id UNIQUE (id),
    CONSTRAINT session_state CHECK (state IN ('active', 'held', 'ended')),
    CONSTRAINT session_ended CHECK ((ended_at IS NULL) = (ended IS NULL)),
    CONSTRAINT session_secret CHECK (length(secret) = 32)
) STRICT;

-- Every session is in one of the first two. Start, checks of deadlines and commands read only the open ones.
CREATE INDEX session_open ON session (account) WHERE ended_at IS NULL;
CREATE INDEX session_over ON session (account) WHERE ended_at IS NOT NULL;
CREATE INDEX session_over_since ON session (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX session_held ON session (number) WHERE state = 'held';

-- The places of active sessions: the database's own guarantee that a user has no more of them than `of`.
CREATE TABLE slot (
    session INTEGER PRIMARY KEY REFERENCES session (number),
    account INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    "of"    INTEGER NOT NULL,
    CONSTRAINT slot_place UNIQUE (account, n),
    CONSTRAINT slot_within_limit CHECK (n BETWEEN 1 AND "of")
) STRICT;

-- The record. A row is never changed and never removed, whatever becomes of what it is about.
-- `number` counts the events of an account from 1; `hash` covers every column and the account's hash before.
CREATE TABLE event (
    seq      INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    stamp    INTEGER NOT NULL,
    verb     TEXT    NOT NULL,
    session  TEXT,
    state    TEXT,
    reason   TEXT,
    remark   TEXT,
    key      TEXT    NOT NULL,
    actor    INTEGER,
    how      TEXT    NOT NULL,
    note     INTEGER,
    origin   INTEGER,
    "limit"  INTEGER NOT NULL,
    policy   TEXT    NOT NULL,
    hash     BLOB    NOT NULL,
    CONSTRAINT event_chain UNIQUE (account, number)
) STRICT;

CREATE INDEX event_session ON event (session) WHERE session IS NOT NULL;

CREATE TRIGGER event_stays_as_written BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TRIGGER event_stays BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;

-- Keys of the API. A revoked key keeps its name.
CREATE TABLE key (
    name       TEXT    NOT NULL PRIMARY KEY,
    role       TEXT    NOT NULL,
    groups     TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    CONSTRAINT key_hash CHECK (length(hash) = 32)
) STRICT;
