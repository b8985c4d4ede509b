-- +goose Up

-- The sources of the installation. What a person sets is one JSON document; what the program searches by
-- has columns of its own.
CREATE TABLE sources (
    id                  TEXT COLLATE "C" PRIMARY KEY,
    name                TEXT COLLATE "C" NOT NULL,
    connector           TEXT COLLATE "C" NOT NULL,
    dataset             TEXT COLLATE "C" NOT NULL UNIQUE,
    credential          TEXT COLLATE "C" NOT NULL,
    settings            TEXT COLLATE "C" NOT NULL, -- JSON
    stage               TEXT COLLATE "C" NOT NULL,
    revision            BIGINT NOT NULL,
    created             BIGINT,
    created_by          TEXT COLLATE "C" NOT NULL,
    deleted             BIGINT,
    next                BIGINT, -- when it is due
    failures            BIGINT NOT NULL,
    why                 TEXT COLLATE "C" NOT NULL, -- why it is synced less often than was set
    last_good           BIGINT,
    act                 TEXT COLLATE "C",
    code                TEXT COLLATE "C" NOT NULL DEFAULT '',
    message             TEXT COLLATE "C" NOT NULL DEFAULT '',
    hint                TEXT COLLATE "C" NOT NULL DEFAULT '',
    failing_since       BIGINT,
    drop_data           BIGINT NOT NULL DEFAULT 0,
    credential_replaced BIGINT, -- when its credential was last replaced
    purge_error         TEXT COLLATE "C" NOT NULL DEFAULT '', -- why its tables cannot be dropped
    purge_failing_since BIGINT -- since when
);

-- The ad accounts that a source has seen.
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

-- Runs of the command line and of the service. active is 1 while a run is on, and NULL otherwise:
-- each source and lane has at most one active run.
CREATE TABLE runs (
    seq           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which the runs began
    id            TEXT COLLATE "C" NOT NULL UNIQUE,
    source        TEXT COLLATE "C" NOT NULL,
    scope         TEXT COLLATE "C" NOT NULL,
    started       BIGINT,
    ended         BIGINT,
    state         TEXT COLLATE "C" NOT NULL,
    error         TEXT COLLATE "C" NOT NULL,
    lane          TEXT COLLATE "C" NOT NULL DEFAULT '',
    triggered_by  TEXT COLLATE "C" NOT NULL DEFAULT '',
    created_by    TEXT COLLATE "C" NOT NULL DEFAULT '',
    active        BIGINT,
    cancelled     BIGINT,
    request_key   TEXT COLLATE "C",
    platform_time BIGINT
);
CREATE INDEX runs_by_scope ON runs USING hash (scope);
CREATE UNIQUE INDEX runs_one_at_a_time ON runs (source, lane) WHERE active = 1;
CREATE UNIQUE INDEX runs_by_key ON runs (source, request_key) WHERE request_key IS NOT NULL;

-- One ad account's part of a run. lease is until when its worker holds it, by the database's clock;
-- generation grows each time the step is handed out.
CREATE TABLE steps (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run         TEXT COLLATE "C" NOT NULL REFERENCES runs (id),
    account     TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    currency    TEXT COLLATE "C" NOT NULL,
    zone        TEXT COLLATE "C" NOT NULL,
    status      TEXT COLLATE "C" NOT NULL,
    started     BIGINT,
    ended       BIGINT,
    state       TEXT COLLATE "C" NOT NULL,
    generation  BIGINT NOT NULL DEFAULT 0,
    worker      TEXT COLLATE "C" NOT NULL DEFAULT '',
    lease       BIGINT,
    not_before  BIGINT,
    tries       BIGINT NOT NULL DEFAULT 0,
    slices_left BIGINT NOT NULL DEFAULT 0,
    act         TEXT COLLATE "C",
    code        TEXT COLLATE "C" NOT NULL DEFAULT '',
    message     TEXT COLLATE "C" NOT NULL DEFAULT '',
    hint        TEXT COLLATE "C" NOT NULL DEFAULT '',
    until       BIGINT,
    UNIQUE (run, account)
);
CREATE INDEX steps_by_state ON steps (state);

-- One row for every attempt at a slice. act is NULL if it succeeded.
CREATE TABLE outcomes (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run         TEXT COLLATE "C" NOT NULL REFERENCES runs (id),
    stream      TEXT COLLATE "C" NOT NULL,
    account     TEXT COLLATE "C" NOT NULL,
    from_day    BIGINT NOT NULL,
    to_day      BIGINT NOT NULL,
    rows        BIGINT NOT NULL,
    started     BIGINT,
    ended       BIGINT,
    act         TEXT COLLATE "C",
    code        TEXT COLLATE "C" NOT NULL,
    message     TEXT COLLATE "C" NOT NULL,
    hint        TEXT COLLATE "C" NOT NULL,
    until       BIGINT,
    cause       TEXT COLLATE "C",
    gaps        BIGINT NOT NULL DEFAULT 0,
    calls       BIGINT NOT NULL DEFAULT 0,
    bytes       BIGINT NOT NULL DEFAULT 0,
    quarantined BIGINT NOT NULL DEFAULT 0,
    load        TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX outcomes_by_load ON outcomes (run, load) WHERE load <> '';
CREATE INDEX outcomes_by_step ON outcomes (run, account);

-- The rows of a load by table, if it filled several. The table with the stream's name has the rest of
-- the outcome's rows.
CREATE TABLE outcome_tables (
    run        TEXT COLLATE "C" NOT NULL REFERENCES runs (id),
    load       TEXT COLLATE "C" NOT NULL,
    table_name TEXT COLLATE "C" NOT NULL,
    rows       BIGINT NOT NULL,
    PRIMARY KEY (run, load, table_name)
);

-- What is in the warehouse, and as of when. A window from 0 to 0 means "as it is now".
CREATE TABLE checkpoints (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source     TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    table_name TEXT COLLATE "C" NOT NULL,
    from_day   BIGINT NOT NULL, -- days since 1970-01-01, in the account's time zone
    to_day     BIGINT NOT NULL, -- the first day after the window
    asked      BIGINT, -- when the data was requested, in microseconds since 1970-01-01 UTC, like all times here
    load       TEXT COLLATE "C" NOT NULL, -- its ID in _loads in the warehouse
    partial    BIGINT NOT NULL DEFAULT 0, -- 1 = the platform did not return everything; see _gaps in the warehouse
    definition TEXT COLLATE "C" NOT NULL DEFAULT '' -- a fingerprint of what a row holds
);
CREATE INDEX checkpoints_by_account ON checkpoints (source, account, table_name, from_day, to_day, asked NULLS FIRST, partial);

-- What an unfinished slice left for its next attempt.
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

-- What earlier reads showed about how much may be requested at once.
CREATE TABLE tunings (
    source  TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    stream  TEXT COLLATE "C" NOT NULL,
    tuning  BYTEA NOT NULL,
    PRIMARY KEY (source, account, stream)
);

-- The logs of runs.
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

-- The processes that run steps.
CREATE TABLE workers (
    id      TEXT COLLATE "C" PRIMARY KEY,
    host    TEXT COLLATE "C" NOT NULL,
    version TEXT COLLATE "C" NOT NULL,
    started BIGINT,
    seen    BIGINT
);

-- Days whose sums differ from the platform's totals.
CREATE TABLE drifts (
    source     TEXT COLLATE "C" NOT NULL REFERENCES sources (id),
    account    TEXT COLLATE "C" NOT NULL,
    table_name TEXT COLLATE "C" NOT NULL,
    day        BIGINT NOT NULL,
    metric     TEXT COLLATE "C" NOT NULL,
    ours       TEXT COLLATE "C" NOT NULL,
    theirs     TEXT COLLATE "C" NOT NULL,
    difference TEXT COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (source, account, table_name, day, metric)
);

-- The keys that encrypt secrets: never a key itself, only a value that shows whether a key is the right one.
CREATE TABLE seal_keys (
    id          TEXT COLLATE "C" PRIMARY KEY,
    check_value BYTEA NOT NULL,
    state       TEXT COLLATE "C" NOT NULL, -- current, former or retired
    since       BIGINT
);
CREATE UNIQUE INDEX seal_keys_current ON seal_keys (state) WHERE state = 'current';

-- A secret by name. Its versions are never overwritten.
CREATE TABLE credentials (
    id            TEXT COLLATE "C" PRIMARY KEY,
    connector     TEXT COLLATE "C" NOT NULL,
    name          TEXT COLLATE "C" NOT NULL,
    created       BIGINT,
    latest        BIGINT NOT NULL, -- the number of the newest version
    checked       BIGINT,
    refresh_tried BIGINT, -- when a refresh was last tried
    refresh_error TEXT COLLATE "C" NOT NULL DEFAULT '' -- why it failed
);

-- One version of a secret. sealed is NULL once it is destroyed.
CREATE TABLE credential_versions (
    credential  TEXT COLLATE "C" NOT NULL REFERENCES credentials (id),
    number      BIGINT NOT NULL,
    allows      TEXT COLLATE "C" NOT NULL, -- the grant, as JSON
    admitted_by TEXT COLLATE "C" NOT NULL,
    admitted    BIGINT,
    wiped       BIGINT,
    seal_key    TEXT COLLATE "C" REFERENCES seal_keys (id),
    sealed      BYTEA,
    PRIMARY KEY (credential, number),
    CHECK ((sealed IS NULL) = (seal_key IS NULL))
);
CREATE INDEX credential_versions_by_key ON credential_versions (seal_key);

-- The installation's own apps at the platforms.
CREATE TABLE apps (
    connector     TEXT COLLATE "C" PRIMARY KEY,
    id            TEXT COLLATE "C" NOT NULL,
    configuration TEXT COLLATE "C" NOT NULL,
    credential    TEXT COLLATE "C" NOT NULL,
    revision      BIGINT NOT NULL
);

-- Logins at a platform, from the redirect until the person is back.
CREATE TABLE logins (
    id         TEXT COLLATE "C" PRIMARY KEY,
    state      TEXT COLLATE "C" NOT NULL UNIQUE,
    connector  TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL, -- empty = a new source
    created_by TEXT COLLATE "C" NOT NULL,
    link       TEXT COLLATE "C" NOT NULL,
    created    BIGINT,
    expires    BIGINT,
    returned   BIGINT, -- when they came back
    ended      BIGINT,
    credential TEXT COLLATE "C" NOT NULL,
    used       BIGINT, -- when its token was used
    found      TEXT COLLATE "C" NOT NULL, -- JSON
    fault      TEXT COLLATE "C" NOT NULL -- JSON
);

-- Links with which somebody logs in at a platform for one source.
CREATE TABLE connect_links (
    id         TEXT COLLATE "C" PRIMARY KEY,
    code       TEXT COLLATE "C" NOT NULL UNIQUE, -- a hash
    source     TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    created    BIGINT,
    expires    BIGINT,
    used       BIGINT,
    revoked    BIGINT
);

-- Where notifications go.
CREATE TABLE channels (
    id         TEXT COLLATE "C" PRIMARY KEY,
    name       TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    settings   TEXT COLLATE "C" NOT NULL, -- JSON
    credential TEXT COLLATE "C" NOT NULL, -- of its secret; empty = none
    alerts     TEXT COLLATE "C" NOT NULL, -- JSON; none = all
    sources    TEXT COLLATE "C" NOT NULL, -- JSON; none = all
    revision   BIGINT NOT NULL,
    created    BIGINT,
    created_by TEXT COLLATE "C" NOT NULL
);

-- What is or was wrong. Each kind, source and subject has at most one open incident.
CREATE TABLE incidents (
    id             TEXT COLLATE "C" PRIMARY KEY,
    kind           TEXT COLLATE "C" NOT NULL,
    source         TEXT COLLATE "C" NOT NULL, -- empty = the installation itself
    name           TEXT COLLATE "C" NOT NULL,
    subject        TEXT COLLATE "C" NOT NULL,
    stage          BIGINT NOT NULL,
    severity       BIGINT NOT NULL,
    since          BIGINT,
    sentence       TEXT COLLATE "C" NOT NULL,
    cure           TEXT COLLATE "C" NOT NULL,
    opened         BIGINT,
    notified       BIGINT, -- when people were first notified
    notified_stage BIGINT NOT NULL, -- the stage they were notified of
    cleared        BIGINT, -- since when it is no longer seen
    closed         BIGINT,
    delivered      BIGINT -- when a channel first accepted a notification
);
CREATE UNIQUE INDEX incidents_open ON incidents (kind, source, subject) WHERE closed IS NULL;
CREATE INDEX incidents_by_age ON incidents (opened, id);

-- Notifications to channels. not_before is NULL once a notification is no longer sent.
CREATE TABLE deliveries (
    id         TEXT COLLATE "C" NOT NULL,
    channel    TEXT COLLATE "C" NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    body       TEXT COLLATE "C" NOT NULL, -- JSON
    created    BIGINT,
    not_before BIGINT,
    tries      BIGINT NOT NULL,
    delivered  BIGINT,
    error      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id, channel)
);
CREATE INDEX deliveries_due ON deliveries (not_before) WHERE not_before IS NOT NULL;

-- The people who may log in.
CREATE TABLE users (
    id          TEXT COLLATE "C" PRIMARY KEY,
    email       TEXT COLLATE "C" NOT NULL UNIQUE, -- in lower case
    name        TEXT COLLATE "C" NOT NULL,
    role        TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL, -- JSON
    disabled    BIGINT NOT NULL,
    password    TEXT COLLATE "C" NOT NULL, -- an argon2id hash; empty = none
    subject     TEXT COLLATE "C" UNIQUE, -- the ID at the OIDC provider
    epoch       BIGINT NOT NULL, -- grows when all sessions end
    version     BIGINT NOT NULL,
    created     BIGINT,
    login       BIGINT
);

-- Browsers in which somebody is logged in. token is a hash.
CREATE TABLE sessions (
    token   TEXT COLLATE "C" PRIMARY KEY,
    content BYTEA NOT NULL,
    seen    BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

-- Links with which a person becomes a user.
CREATE TABLE invites (
    id          TEXT COLLATE "C" PRIMARY KEY,
    code        TEXT COLLATE "C" NOT NULL UNIQUE, -- a hash
    email       TEXT COLLATE "C" NOT NULL,
    role        TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL, -- JSON
    created_by  TEXT COLLATE "C" NOT NULL,
    created     BIGINT NOT NULL,
    expires     BIGINT NOT NULL,
    used        BIGINT,
    revoked     BIGINT
);
CREATE INDEX invites_by_email ON invites (email);

-- Links with which a person sets a new password.
CREATE TABLE resets (
    code       TEXT COLLATE "C" PRIMARY KEY, -- a hash
    user_id    TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL, -- empty = created on the server
    created    BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    used       BIGINT
);

-- Keys for programs.
CREATE TABLE api_keys (
    id          TEXT COLLATE "C" PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    hash        TEXT COLLATE "C" NOT NULL UNIQUE, -- of the key, which is stored nowhere
    role        TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL, -- JSON
    created_by  TEXT COLLATE "C" NOT NULL,
    created     BIGINT NOT NULL,
    expires     BIGINT,
    last_used   BIGINT,
    revoked     BIGINT
);

-- The audit log.
CREATE TABLE audit_entries (
    id             TEXT COLLATE "C" PRIMARY KEY,
    at             BIGINT NOT NULL,
    actor          TEXT COLLATE "C" NOT NULL,
    actor_name     TEXT COLLATE "C" NOT NULL,
    action         TEXT COLLATE "C" NOT NULL,
    object         TEXT COLLATE "C" NOT NULL,
    remote_address TEXT COLLATE "C" NOT NULL,
    detail         TEXT COLLATE "C" NOT NULL -- JSON
);
CREATE INDEX audit_entries_by_time ON audit_entries (at, id);
CREATE INDEX audit_entries_by_object ON audit_entries (object, at);

-- Settings of the installation.
CREATE TABLE settings (
    name     TEXT COLLATE "C" PRIMARY KEY,
    value    TEXT COLLATE "C" NOT NULL, -- JSON
    revision BIGINT NOT NULL
);
