-- +goose Up

-- The facts: what is in the warehouse, and as of when. A window whose ends are
-- both 0 means "as it is now".
CREATE TABLE checkpoints (
    id         INTEGER PRIMARY KEY,
    source     TEXT NOT NULL,
    account    TEXT NOT NULL,
    table_name TEXT NOT NULL,
    from_day   INTEGER NOT NULL, -- days since 1970-01-01, in the account's zone
    to_day     INTEGER NOT NULL, -- the first day that is not in it
    asked      INTEGER,          -- microseconds since 1970-01-01 UTC
    load       TEXT NOT NULL     -- as _loads names it in the warehouse
) STRICT;

CREATE INDEX checkpoints_by_account ON checkpoints (source, account, table_name);

-- The notes: what an unfinished slice left for its next try.
CREATE TABLE cursors (
    source   TEXT NOT NULL,
    stream   TEXT NOT NULL,
    account  TEXT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day   INTEGER NOT NULL,
    asked    INTEGER,
    note     BLOB,
    PRIMARY KEY (source, stream, account, from_day, to_day)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    seq     INTEGER PRIMARY KEY, -- the order in which they were begun
    id      TEXT NOT NULL UNIQUE,
    source  TEXT NOT NULL,
    wanted  TEXT NOT NULL,
    started INTEGER,
    ended   INTEGER,
    state   TEXT NOT NULL,
    error   TEXT NOT NULL
) STRICT;

CREATE INDEX runs_by_wanted ON runs (source, wanted);

CREATE TABLE steps (
    seq      INTEGER PRIMARY KEY,
    run      TEXT NOT NULL REFERENCES runs (id),
    account  TEXT NOT NULL,
    name     TEXT NOT NULL,
    currency TEXT NOT NULL,
    zone     TEXT NOT NULL,
    status   TEXT NOT NULL,
    started  INTEGER,
    ended    INTEGER,
    state    TEXT NOT NULL,
    UNIQUE (run, account)
) STRICT;

-- One row for every try of a slice. act is NULL where all went well.
CREATE TABLE outcomes (
    seq      INTEGER PRIMARY KEY,
    run      TEXT NOT NULL REFERENCES runs (id),
    stream   TEXT NOT NULL,
    account  TEXT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day   INTEGER NOT NULL,
    rows     INTEGER NOT NULL,
    started  INTEGER,
    ended    INTEGER,
    act      TEXT,
    code     TEXT NOT NULL,
    message  TEXT NOT NULL,
    hint     TEXT NOT NULL,
    until    INTEGER,
    cause    TEXT
) STRICT;

CREATE INDEX outcomes_by_run ON outcomes (run);
