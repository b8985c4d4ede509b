-- +goose Up

-- Dashboards that are sent to channels again and again.
CREATE TABLE subscriptions (
    id        TEXT NOT NULL PRIMARY KEY,
    dashboard TEXT NOT NULL,
    channel   TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    sent_to   TEXT NOT NULL, -- addresses; empty = those of the channel
    recurs    TEXT NOT NULL, -- JSON
    days      TEXT NOT NULL, -- JSON; empty = those of the dashboard
    locks     TEXT NOT NULL, -- JSON
    pdf       INTEGER NOT NULL,
    csv       INTEGER NOT NULL,
    paused    INTEGER NOT NULL,
    revision  INTEGER NOT NULL,
    maker     TEXT NOT NULL,
    created   INTEGER NOT NULL,
    updated   INTEGER NOT NULL,
    due       INTEGER NOT NULL,
    asked     INTEGER, -- when a person asked to send it now
    held      INTEGER, -- until then a server prepares it
    tries     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_by_dashboard ON subscriptions (dashboard);

-- What was sent. The message is the delivery with the same id.
CREATE TABLE sendings (
    id           TEXT NOT NULL PRIMARY KEY,
    subscription TEXT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    at           INTEGER NOT NULL,
    asked        INTEGER NOT NULL,
    stale        INTEGER NOT NULL,
    files        TEXT NOT NULL, -- JSON: names
    problem      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sendings_by_subscription ON sendings (subscription, at);

-- The files of messages that have not arrived yet.
CREATE TABLE sending_files (
    sending TEXT NOT NULL REFERENCES sendings (id) ON DELETE CASCADE,
    place   INTEGER NOT NULL,
    name    TEXT NOT NULL,
    type    TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (sending, place)
) STRICT, WITHOUT ROWID;

-- Dashboards that were given to people who see nothing else.
CREATE TABLE given_dashboards (
    holder    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    dashboard TEXT NOT NULL,
    locks     TEXT NOT NULL, -- JSON
    giver     TEXT NOT NULL, -- ID of the user who gave it
    created   INTEGER NOT NULL,
    PRIMARY KEY (holder, dashboard)
) STRICT, WITHOUT ROWID;

-- The person for whom a link was made; empty = for anybody.
ALTER TABLE share_links ADD COLUMN holder TEXT NOT NULL DEFAULT '';
