-- +goose Up

-- What the platform last said about the rate limit of an ad account. The account is '' for a limit of all
-- accounts; for it only the waiting times are known.
CREATE TABLE quotas (
    source      TEXT NOT NULL REFERENCES sources (id),
    account     TEXT NOT NULL,
    used        REAL, -- the share in use, 1 = all of it; NULL = the platform did not say
    at          INTEGER, -- when the platform said so
    waits_until INTEGER,
    PRIMARY KEY (source, account)
) STRICT, WITHOUT ROWID;

-- How long requests waited for rate limits on a day, in UTC.
CREATE TABLE quota_waits (
    source  TEXT NOT NULL REFERENCES sources (id),
    account TEXT NOT NULL,
    day     INTEGER NOT NULL, -- days since 1970-01-01
    waited  INTEGER NOT NULL, -- microseconds
    PRIMARY KEY (source, account, day)
) STRICT, WITHOUT ROWID;

-- How far people have come in the guides of the connectors. The source is '' while none exists.
CREATE TABLE guide_progress (
    user_id   TEXT NOT NULL REFERENCES users (id),
    connector TEXT NOT NULL,
    source    TEXT NOT NULL,
    done      TEXT NOT NULL, -- JSON: the IDs of the finished steps
    step      TEXT NOT NULL, -- the ID of the current step
    at        INTEGER,
    PRIMARY KEY (user_id, connector, source)
) STRICT, WITHOUT ROWID;
