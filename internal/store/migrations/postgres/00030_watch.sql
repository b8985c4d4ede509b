-- +goose Up

-- What held a source up in its last run, and since when.
ALTER TABLE sources ADD COLUMN act TEXT COLLATE "C";
ALTER TABLE sources ADD COLUMN code TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN message TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN hint TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN failing_since BIGINT;

-- What a try of a slice cost.
ALTER TABLE outcomes ADD COLUMN calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN bytes BIGINT NOT NULL DEFAULT 0;

-- Days that do not add up to the platform's own totals, until they do.
CREATE TABLE drifts (
    source     TEXT COLLATE "C" NOT NULL REFERENCES sources (id),
    account    TEXT COLLATE "C" NOT NULL,
    table_name TEXT COLLATE "C" NOT NULL,
    day        BIGINT NOT NULL,
    metric     TEXT COLLATE "C" NOT NULL,
    ours       TEXT COLLATE "C" NOT NULL,
    theirs     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (source, account, table_name, day, metric)
);

-- Ways to tell people.
CREATE TABLE channels (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    settings   TEXT COLLATE "C" NOT NULL, -- JSON
    credential TEXT COLLATE "C" NOT NULL, -- of its secret; empty = it has none
    alerts     TEXT COLLATE "C" NOT NULL, -- JSON; none = all
    sources    TEXT COLLATE "C" NOT NULL, -- JSON; none = all
    revision   BIGINT NOT NULL,
    created    BIGINT,
    created_by TEXT COLLATE "C" NOT NULL
);

-- What is wrong, or was. Of each alert, source and subject one is open at a time.
CREATE TABLE outages (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    alert      TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL, -- empty = the installation itself
    name       TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL,
    stage      BIGINT NOT NULL,
    severity   BIGINT NOT NULL,
    since      BIGINT,
    sentence   TEXT COLLATE "C" NOT NULL,
    cure       TEXT COLLATE "C" NOT NULL,
    opened     BIGINT,
    told       BIGINT,
    told_stage BIGINT NOT NULL,
    calm       BIGINT,
    closed     BIGINT
);

CREATE UNIQUE INDEX outages_open ON outages (alert, source, subject) WHERE closed IS NULL;
CREATE INDEX outages_by_age ON outages (opened, id);

-- Messages on their way, and those that have arrived.
CREATE TABLE letters (
    id         TEXT COLLATE "C" NOT NULL,
    channel    TEXT COLLATE "C" NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    body       TEXT COLLATE "C" NOT NULL, -- JSON
    written    BIGINT,
    not_before BIGINT,       -- NULL = it is not sent any more
    tries      BIGINT NOT NULL,
    arrived    BIGINT,
    problem    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id, channel)
);

CREATE INDEX letters_due ON letters (not_before) WHERE not_before IS NOT NULL;
