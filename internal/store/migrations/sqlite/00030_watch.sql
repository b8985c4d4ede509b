-- +goose Up

-- What held a source up in its last run, and since when.
ALTER TABLE sources ADD COLUMN act TEXT;
ALTER TABLE sources ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN message TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN hint TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN failing_since INTEGER;

-- What a try of a slice cost.
ALTER TABLE outcomes ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;

-- Days that do not add up to the platform's own totals, until they do.
CREATE TABLE drifts (
    source     TEXT NOT NULL REFERENCES sources (id),
    account    TEXT NOT NULL,
    table_name TEXT NOT NULL,
    day        INTEGER NOT NULL,
    metric     TEXT NOT NULL,
    ours       TEXT NOT NULL,
    theirs     TEXT NOT NULL,
    PRIMARY KEY (source, account, table_name, day, metric)
) STRICT, WITHOUT ROWID;

-- Ways to tell people.
CREATE TABLE channels (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    settings   TEXT NOT NULL, -- JSON
    credential TEXT NOT NULL, -- of its secret; empty = it has none
    alerts     TEXT NOT NULL, -- JSON; none = all
    sources    TEXT NOT NULL, -- JSON; none = all
    revision   INTEGER NOT NULL,
    created    INTEGER,
    created_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is wrong, or was. Of each alert, source and subject one is open at a time.
CREATE TABLE outages (
    id         TEXT NOT NULL PRIMARY KEY,
    alert      TEXT NOT NULL,
    source     TEXT NOT NULL, -- empty = the installation itself
    name       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    stage      INTEGER NOT NULL,
    severity   INTEGER NOT NULL,
    since      INTEGER,
    sentence   TEXT NOT NULL,
    cure       TEXT NOT NULL,
    opened     INTEGER,
    told       INTEGER,
    told_stage INTEGER NOT NULL,
    calm       INTEGER,
    closed     INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX outages_open ON outages (alert, source, subject) WHERE closed IS NULL;
CREATE INDEX outages_by_age ON outages (opened, id);

-- Messages on their way, and those that have arrived.
CREATE TABLE letters (
    id         TEXT NOT NULL,
    channel    TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    body       TEXT NOT NULL, -- JSON
    written    INTEGER,
    not_before INTEGER,       -- NULL = it is not sent any more
    tries      INTEGER NOT NULL,
    arrived    INTEGER,
    problem    TEXT NOT NULL,
    PRIMARY KEY (id, channel)
) STRICT, WITHOUT ROWID;

CREATE INDEX letters_due ON letters (not_before) WHERE not_before IS NOT NULL;
