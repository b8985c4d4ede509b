-- +goose Up

-- What the platform last said about the rate limit of an ad account. The account is '' for a limit of all
-- accounts; for it only the waiting times are known.
CREATE TABLE quotas (
    source      TEXT COLLATE "C" NOT NULL REFERENCES sources (id),
    account     TEXT COLLATE "C" NOT NULL,
    used        DOUBLE PRECISION, -- the share in use, 1 = all of it; NULL = the platform did not say
    at          BIGINT, -- when the platform said so
    waits_until BIGINT,
    PRIMARY KEY (source, account)
);

-- How long requests waited for rate limits on a day, in UTC.
CREATE TABLE quota_waits (
    source  TEXT COLLATE "C" NOT NULL REFERENCES sources (id),
    account TEXT COLLATE "C" NOT NULL,
    day     BIGINT NOT NULL, -- days since 1970-01-01
    waited  BIGINT NOT NULL, -- microseconds
    PRIMARY KEY (source, account, day)
);

-- How far people have come in the guides of the connectors. The source is '' while none exists.
CREATE TABLE guide_progress (
    user_id   TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    connector TEXT COLLATE "C" NOT NULL,
    source    TEXT COLLATE "C" NOT NULL,
    done      TEXT COLLATE "C" NOT NULL, -- JSON: the IDs of the finished steps
    step      TEXT COLLATE "C" NOT NULL, -- the ID of the current step
    at        BIGINT,
    PRIMARY KEY (user_id, connector, source)
);
