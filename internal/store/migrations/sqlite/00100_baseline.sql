-- +goose Up

-- The sources of the installation. What a person sets is one JSON document; what the program searches by
-- has columns of its own.
CREATE TABLE sources (
    id                  TEXT NOT NULL PRIMARY KEY,
    name                TEXT NOT NULL,
    connector           TEXT NOT NULL,
    dataset             TEXT NOT NULL UNIQUE,
    credential          TEXT NOT NULL,
    settings            TEXT NOT NULL, -- JSON
    stage               TEXT NOT NULL,
    revision            INTEGER NOT NULL,
    created             INTEGER,
    created_by          TEXT NOT NULL,
    deleted             INTEGER,
    next                INTEGER, -- when it is due
    failures            INTEGER NOT NULL,
    why                 TEXT NOT NULL, -- why it is synced less often than was set
    last_good           INTEGER,
    act                 TEXT,
    code                TEXT NOT NULL DEFAULT '',
    message             TEXT NOT NULL DEFAULT '',
    hint                TEXT NOT NULL DEFAULT '',
    failing_since       INTEGER,
    drop_data           INTEGER NOT NULL DEFAULT 0,
    credential_replaced INTEGER, -- when its credential was last replaced
    purge_error         TEXT NOT NULL DEFAULT '', -- why its tables cannot be dropped
    purge_failing_since INTEGER -- since when
) STRICT;

-- The ad accounts that a source has seen.
CREATE TABLE source_accounts (
    source     TEXT NOT NULL REFERENCES sources (id),
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    currency   TEXT NOT NULL,
    zone       TEXT NOT NULL,
    status     TEXT NOT NULL,
    first_seen INTEGER,
    last_seen  INTEGER,
    PRIMARY KEY (source, account)
) STRICT, WITHOUT ROWID;

-- Runs of the command line and of the service. active is 1 while a run is on, and NULL otherwise:
-- each source and lane has at most one active run.
CREATE TABLE runs (
    seq           INTEGER PRIMARY KEY, -- the order in which the runs began
    id            TEXT NOT NULL UNIQUE,
    source        TEXT NOT NULL,
    scope         TEXT NOT NULL,
    started       INTEGER,
    ended         INTEGER,
    state         TEXT NOT NULL,
    error         TEXT NOT NULL,
    lane          TEXT NOT NULL DEFAULT '',
    triggered_by  TEXT NOT NULL DEFAULT '',
    created_by    TEXT NOT NULL DEFAULT '',
    active        INTEGER,
    cancelled     INTEGER,
    request_key   TEXT,
    platform_time INTEGER
) STRICT;
CREATE INDEX runs_by_scope ON runs (source, scope);
CREATE UNIQUE INDEX runs_one_at_a_time ON runs (source, lane) WHERE active = 1;
CREATE UNIQUE INDEX runs_by_key ON runs (source, request_key) WHERE request_key IS NOT NULL;

-- One ad account's part of a run. lease is until when its worker holds it, by the database's clock;
-- generation grows each time the step is handed out.
CREATE TABLE steps (
    seq         INTEGER PRIMARY KEY,
    run         TEXT NOT NULL REFERENCES runs (id),
    account     TEXT NOT NULL,
    name        TEXT NOT NULL,
    currency    TEXT NOT NULL,
    zone        TEXT NOT NULL,
    status      TEXT NOT NULL,
    started     INTEGER,
    ended       INTEGER,
    state       TEXT NOT NULL,
    generation  INTEGER NOT NULL DEFAULT 0,
    worker      TEXT NOT NULL DEFAULT '',
    lease       INTEGER,
    not_before  INTEGER,
    tries       INTEGER NOT NULL DEFAULT 0,
    slices_left INTEGER NOT NULL DEFAULT 0,
    act         TEXT,
    code        TEXT NOT NULL DEFAULT '',
    message     TEXT NOT NULL DEFAULT '',
    hint        TEXT NOT NULL DEFAULT '',
    until       INTEGER,
    UNIQUE (run, account)
) STRICT;
CREATE INDEX steps_by_state ON steps (state);

-- One row for every attempt at a slice. act is NULL if it succeeded.
CREATE TABLE outcomes (
    seq         INTEGER PRIMARY KEY,
    run         TEXT NOT NULL REFERENCES runs (id),
    stream      TEXT NOT NULL,
    account     TEXT NOT NULL,
    from_day    INTEGER NOT NULL,
    to_day      INTEGER NOT NULL,
    rows        INTEGER NOT NULL,
    started     INTEGER,
    ended       INTEGER,
    act         TEXT,
    code        TEXT NOT NULL,
    message     TEXT NOT NULL,
    hint        TEXT NOT NULL,
    until       INTEGER,
    cause       TEXT,
    gaps        INTEGER NOT NULL DEFAULT 0,
    calls       INTEGER NOT NULL DEFAULT 0,
    bytes       INTEGER NOT NULL DEFAULT 0,
    quarantined INTEGER NOT NULL DEFAULT 0,
    load        TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX outcomes_by_load ON outcomes (run, load) WHERE load <> '';
CREATE INDEX outcomes_by_step ON outcomes (run, account);

-- The rows of a load by table, if it filled several. The table with the stream's name has the rest of
-- the outcome's rows.
CREATE TABLE outcome_tables (
    run        TEXT NOT NULL REFERENCES runs (id),
    load       TEXT NOT NULL,
    table_name TEXT NOT NULL,
    rows       INTEGER NOT NULL,
    PRIMARY KEY (run, load, table_name)
) STRICT;

-- What is in the warehouse, and as of when. A window from 0 to 0 means "as it is now".
CREATE TABLE checkpoints (
    id         INTEGER PRIMARY KEY,
    source     TEXT NOT NULL,
    account    TEXT NOT NULL,
    table_name TEXT NOT NULL,
    from_day   INTEGER NOT NULL, -- days since 1970-01-01, in the account's time zone
    to_day     INTEGER NOT NULL, -- the first day after the window
    asked      INTEGER, -- when the data was requested, in microseconds since 1970-01-01 UTC, like all times here
    load       TEXT NOT NULL, -- its ID in _loads in the warehouse
    partial    INTEGER NOT NULL DEFAULT 0, -- 1 = the platform did not return everything; see _gaps in the warehouse
    definition TEXT NOT NULL DEFAULT '' -- a fingerprint of what a row holds
) STRICT;
CREATE INDEX checkpoints_by_account ON checkpoints (source, account, table_name, from_day, to_day, asked, partial);

-- What an unfinished slice left for its next attempt.
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

-- What earlier reads showed about how much may be requested at once.
CREATE TABLE tunings (
    source  TEXT NOT NULL,
    account TEXT NOT NULL,
    stream  TEXT NOT NULL,
    tuning  BLOB NOT NULL,
    PRIMARY KEY (source, account, stream)
) STRICT, WITHOUT ROWID;

-- The logs of runs.
CREATE TABLE log_lines (
    seq     INTEGER PRIMARY KEY,
    run     TEXT NOT NULL,
    at      INTEGER,
    level   TEXT NOT NULL,
    account TEXT NOT NULL,
    stream  TEXT NOT NULL,
    code    TEXT NOT NULL,
    message TEXT NOT NULL,
    detail  TEXT NOT NULL
) STRICT;
CREATE INDEX log_lines_by_run ON log_lines (run, seq);
CREATE INDEX log_lines_by_age ON log_lines (at);

-- The processes that run steps.
CREATE TABLE workers (
    id      TEXT NOT NULL PRIMARY KEY,
    host    TEXT NOT NULL,
    version TEXT NOT NULL,
    started INTEGER,
    seen    INTEGER
) STRICT;

-- Days whose sums differ from the platform's totals.
CREATE TABLE drifts (
    source     TEXT NOT NULL REFERENCES sources (id),
    account    TEXT NOT NULL,
    table_name TEXT NOT NULL,
    day        INTEGER NOT NULL,
    metric     TEXT NOT NULL,
    ours       TEXT NOT NULL,
    theirs     TEXT NOT NULL,
    difference TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (source, account, table_name, day, metric)
) STRICT, WITHOUT ROWID;

-- The keys that encrypt secrets: never a key itself, only a value that shows whether a key is the right one.
CREATE TABLE seal_keys (
    id          TEXT NOT NULL PRIMARY KEY,
    check_value BLOB NOT NULL,
    state       TEXT NOT NULL, -- current, former or retired
    since       INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX seal_keys_current ON seal_keys (state) WHERE state = 'current';

-- A secret by name. Its versions are never overwritten.
CREATE TABLE credentials (
    id            TEXT NOT NULL PRIMARY KEY,
    connector     TEXT NOT NULL,
    name          TEXT NOT NULL,
    created       INTEGER,
    latest        INTEGER NOT NULL, -- the number of the newest version
    checked       INTEGER,
    refresh_tried INTEGER, -- when a refresh was last tried
    refresh_error TEXT NOT NULL DEFAULT '' -- why it failed
) STRICT, WITHOUT ROWID;

-- One version of a secret. sealed is NULL once it is destroyed.
CREATE TABLE credential_versions (
    credential  TEXT NOT NULL REFERENCES credentials (id),
    number      INTEGER NOT NULL,
    allows      TEXT NOT NULL, -- the grant, as JSON
    admitted_by TEXT NOT NULL,
    admitted    INTEGER,
    wiped       INTEGER,
    seal_key    TEXT REFERENCES seal_keys (id),
    sealed      BLOB,
    PRIMARY KEY (credential, number),
    CHECK ((sealed IS NULL) = (seal_key IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX credential_versions_by_key ON credential_versions (seal_key);

-- The installation's own apps at the platforms.
CREATE TABLE apps (
    connector     TEXT NOT NULL PRIMARY KEY,
    id            TEXT NOT NULL,
    configuration TEXT NOT NULL,
    credential    TEXT NOT NULL,
    revision      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Logins at a platform, from the redirect until the person is back.
CREATE TABLE logins (
    id         TEXT NOT NULL PRIMARY KEY,
    state      TEXT NOT NULL UNIQUE,
    connector  TEXT NOT NULL,
    source     TEXT NOT NULL, -- empty = a new source
    created_by TEXT NOT NULL,
    link       TEXT NOT NULL,
    created    INTEGER,
    expires    INTEGER,
    returned   INTEGER, -- when they came back
    ended      INTEGER,
    credential TEXT NOT NULL,
    used       INTEGER, -- when its token was used
    found      TEXT NOT NULL, -- JSON
    fault      TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

-- Links with which somebody logs in at a platform for one source.
CREATE TABLE connect_links (
    id         TEXT NOT NULL PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE, -- a hash
    source     TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created    INTEGER,
    expires    INTEGER,
    used       INTEGER,
    revoked    INTEGER
) STRICT, WITHOUT ROWID;

-- Where notifications go.
CREATE TABLE channels (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    settings   TEXT NOT NULL, -- JSON
    credential TEXT NOT NULL, -- of its secret; empty = none
    alerts     TEXT NOT NULL, -- JSON; none = all
    sources    TEXT NOT NULL, -- JSON; none = all
    revision   INTEGER NOT NULL,
    created    INTEGER,
    created_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is or was wrong. Each kind, source and subject has at most one open incident.
CREATE TABLE incidents (
    id             TEXT NOT NULL PRIMARY KEY,
    kind           TEXT NOT NULL,
    source         TEXT NOT NULL, -- empty = the installation itself
    name           TEXT NOT NULL,
    subject        TEXT NOT NULL,
    stage          INTEGER NOT NULL,
    severity       INTEGER NOT NULL,
    since          INTEGER,
    sentence       TEXT NOT NULL,
    cure           TEXT NOT NULL,
    opened         INTEGER,
    notified       INTEGER, -- when people were first notified
    notified_stage INTEGER NOT NULL, -- the stage they were notified of
    cleared        INTEGER, -- since when it is no longer seen
    closed         INTEGER,
    delivered      INTEGER -- when a channel first accepted a notification
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX incidents_open ON incidents (kind, source, subject) WHERE closed IS NULL;
CREATE INDEX incidents_by_age ON incidents (opened, id);

-- Notifications to channels. not_before is NULL once a notification is no longer sent.
CREATE TABLE deliveries (
    id         TEXT NOT NULL,
    channel    TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    body       TEXT NOT NULL, -- JSON
    created    INTEGER,
    not_before INTEGER,
    tries      INTEGER NOT NULL,
    delivered  INTEGER,
    error      TEXT NOT NULL,
    PRIMARY KEY (id, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (not_before) WHERE not_before IS NOT NULL;

-- The people who may log in.
CREATE TABLE users (
    id          TEXT NOT NULL PRIMARY KEY,
    email       TEXT NOT NULL UNIQUE, -- in lower case
    name        TEXT NOT NULL,
    role        TEXT NOT NULL,
    permissions TEXT NOT NULL, -- JSON
    disabled    INTEGER NOT NULL,
    password    TEXT NOT NULL, -- an argon2id hash; empty = none
    subject     TEXT UNIQUE, -- the ID at the OIDC provider
    epoch       INTEGER NOT NULL, -- grows when all sessions end
    version     INTEGER NOT NULL,
    created     INTEGER,
    login       INTEGER
) STRICT;

-- Browsers in which somebody is logged in. token is a hash.
CREATE TABLE sessions (
    token   TEXT NOT NULL PRIMARY KEY,
    content BLOB NOT NULL,
    seen    INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Links with which a person becomes a user.
CREATE TABLE invites (
    id          TEXT NOT NULL PRIMARY KEY,
    code        TEXT NOT NULL UNIQUE, -- a hash
    email       TEXT NOT NULL,
    role        TEXT NOT NULL,
    permissions TEXT NOT NULL, -- JSON
    created_by  TEXT NOT NULL,
    created     INTEGER NOT NULL,
    expires     INTEGER NOT NULL,
    used        INTEGER,
    revoked     INTEGER
) STRICT;
CREATE INDEX invites_by_email ON invites (email);

-- Links with which a person sets a new password.
CREATE TABLE resets (
    code       TEXT NOT NULL PRIMARY KEY, -- a hash
    user_id    TEXT NOT NULL,
    created_by TEXT NOT NULL, -- empty = created on the server
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    used       INTEGER
) STRICT, WITHOUT ROWID;

-- Keys for programs.
CREATE TABLE api_keys (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    hash        TEXT NOT NULL UNIQUE, -- of the key, which is stored nowhere
    role        TEXT NOT NULL,
    permissions TEXT NOT NULL, -- JSON
    created_by  TEXT NOT NULL,
    created     INTEGER NOT NULL,
    expires     INTEGER,
    last_used   INTEGER,
    revoked     INTEGER
) STRICT;

-- The audit log.
CREATE TABLE audit_entries (
    id             TEXT NOT NULL PRIMARY KEY,
    at             INTEGER NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    action         TEXT NOT NULL,
    object         TEXT NOT NULL,
    remote_address TEXT NOT NULL,
    detail         TEXT NOT NULL -- JSON
) STRICT;
CREATE INDEX audit_entries_by_time ON audit_entries (at, id);
CREATE INDEX audit_entries_by_object ON audit_entries (object, at);

-- Settings of the installation.
CREATE TABLE settings (
    name     TEXT NOT NULL PRIMARY KEY,
    value    TEXT NOT NULL, -- JSON
    revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
