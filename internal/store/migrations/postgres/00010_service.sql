-- +goose Up

-- The sources of an installation. What a person has set is one document; what
-- the program looks for stands in columns of its own.
CREATE TABLE sources (
    id         TEXT COLLATE "C" PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    connector  TEXT COLLATE "C" NOT NULL,
    dataset    TEXT COLLATE "C" NOT NULL UNIQUE,
    credential TEXT COLLATE "C" NOT NULL,
    settings   TEXT COLLATE "C" NOT NULL, -- JSON
    stage      TEXT COLLATE "C" NOT NULL,
    revision   BIGINT NOT NULL,
    created    BIGINT,
    created_by TEXT COLLATE "C" NOT NULL,
    deleted    BIGINT,
    next       BIGINT, -- when it is due
    failures   BIGINT NOT NULL,
    why        TEXT COLLATE "C" NOT NULL,
    last_good  BIGINT
);

CREATE TABLE source_accounts (
    source     TEXT COLLATE "C" NOT NULL REFERENCES sources (id),
    account    TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    currency   TEXT COLLATE "C" NOT NULL,
    zone       TEXT COLLATE "C" NOT NULL,
    status     TEXT COLLATE "C" NOT NULL,
    first_seen BIGINT,
    last_seen  BIGINT,
    PRIMARY KEY (source, account)
);

-- Runs of the service. active is 1 while a run is on, and NULL otherwise: of each
-- source and lane there is one at a time.
ALTER TABLE runs ADD COLUMN lane TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN origin TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN by_whom TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN active BIGINT;
ALTER TABLE runs ADD COLUMN cancelled BIGINT;
ALTER TABLE runs ADD COLUMN order_key TEXT COLLATE "C";

CREATE UNIQUE INDEX runs_one_at_a_time ON runs (source, lane) WHERE active = 1;
CREATE UNIQUE INDEX runs_by_key ON runs (source, order_key) WHERE order_key IS NOT NULL;

-- Who works on a step, until when by the database's clock, and which handing-out
-- this is.
ALTER TABLE steps ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN worker TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN lease BIGINT;
ALTER TABLE steps ADD COLUMN not_before BIGINT;
ALTER TABLE steps ADD COLUMN tries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN rows BIGINT NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN slices BIGINT NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN slices_left BIGINT NOT NULL DEFAULT 0;
ALTER TABLE steps ADD COLUMN act TEXT COLLATE "C";
ALTER TABLE steps ADD COLUMN code TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN message TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN hint TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN until BIGINT;

CREATE INDEX steps_by_state ON steps (state);

CREATE TABLE workers (
    id      TEXT COLLATE "C" PRIMARY KEY,
    host    TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    started BIGINT,
    seen    BIGINT
);

CREATE TABLE log_lines (
    seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run     TEXT COLLATE "C" NOT NULL,
    at      BIGINT,
    level   TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    stream  TEXT COLLATE "C" NOT NULL,
    code    TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    detail  TEXT COLLATE "C" NOT NULL
);

CREATE INDEX log_lines_by_run ON log_lines (run, seq);
CREATE INDEX log_lines_by_age ON log_lines (at);
