-- +goose Up

-- The facts: what is in the warehouse, and as of when. A window whose ends are
-- both 0 means "as it is now".
CREATE TABLE checkpoints (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source     TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    table_name TEXT COLLATE "C" NOT NULL,
    from_day   BIGINT NOT NULL, -- days since 1970-01-01, in the account's zone
    to_day     BIGINT NOT NULL, -- the first day that is not in it
    asked      BIGINT,          -- microseconds since 1970-01-01 UTC
    load       TEXT COLLATE "C" NOT NULL     -- as _loads names it in the warehouse
);

CREATE INDEX checkpoints_by_account ON checkpoints (source, account, table_name);

-- The notes: what an unfinished slice left for its next try.
CREATE TABLE cursors (
    source   TEXT COLLATE "C" NOT NULL,
    stream   TEXT COLLATE "C" NOT NULL,
    account  TEXT COLLATE "C" NOT NULL,
    from_day BIGINT NOT NULL,
    to_day   BIGINT NOT NULL,
    asked    BIGINT,
    note     BYTEA,
    PRIMARY KEY (source, stream, account, from_day, to_day)
);

CREATE TABLE runs (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which they were begun
    id      TEXT COLLATE "C" NOT NULL UNIQUE,
    source  TEXT COLLATE "C" NOT NULL,
    wanted  TEXT COLLATE "C" NOT NULL,
    started BIGINT,
    ended   BIGINT,
    state   TEXT COLLATE "C" NOT NULL,
    error   TEXT COLLATE "C" NOT NULL
);

-- What was wanted may name a thousand accounts, longer than an ordered index takes.
CREATE INDEX runs_by_wanted ON runs USING hash (wanted);

CREATE TABLE steps (
    seq      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run      TEXT COLLATE "C" NOT NULL REFERENCES runs (id),
    account  TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    zone     TEXT COLLATE "C" NOT NULL,
    status   TEXT COLLATE "C" NOT NULL,
    started  BIGINT,
    ended    BIGINT,
    state    TEXT COLLATE "C" NOT NULL,
    UNIQUE (run, account)
);

-- One row for every try of a slice. act is NULL where all went well.
CREATE TABLE outcomes (
    seq      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run      TEXT COLLATE "C" NOT NULL REFERENCES runs (id),
    stream   TEXT COLLATE "C" NOT NULL,
    account  TEXT COLLATE "C" NOT NULL,
    from_day BIGINT NOT NULL,
    to_day   BIGINT NOT NULL,
    rows     BIGINT NOT NULL,
    started  BIGINT,
    ended    BIGINT,
    act      TEXT COLLATE "C",
    code     TEXT COLLATE "C" NOT NULL,
    message  TEXT COLLATE "C" NOT NULL,
    hint     TEXT COLLATE "C" NOT NULL,
    until    BIGINT,
    cause    TEXT COLLATE "C"
);

CREATE INDEX outcomes_by_run ON outcomes (run);
