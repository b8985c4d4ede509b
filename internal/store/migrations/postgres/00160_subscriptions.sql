-- +goose Up

-- Dashboards that are sent to channels again and again.
CREATE TABLE subscriptions (
    id        TEXT COLLATE "C" PRIMARY KEY,
    dashboard TEXT COLLATE "C" NOT NULL,
    channel   TEXT COLLATE "C" NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    sent_to   TEXT COLLATE "C" NOT NULL, -- addresses; empty = those of the channel
    recurs    TEXT COLLATE "C" NOT NULL, -- JSON
    days      TEXT COLLATE "C" NOT NULL, -- JSON; empty = those of the dashboard
    locks     TEXT COLLATE "C" NOT NULL, -- JSON
    pdf       BIGINT NOT NULL,
    csv       BIGINT NOT NULL,
    paused    BIGINT NOT NULL,
    revision  BIGINT NOT NULL,
    maker     TEXT COLLATE "C" NOT NULL,
    created   BIGINT NOT NULL,
    updated   BIGINT NOT NULL,
    due       BIGINT NOT NULL,
    asked     BIGINT, -- when a person asked to send it now
    held      BIGINT, -- until then a server prepares it
    tries     BIGINT NOT NULL
);
CREATE INDEX subscriptions_by_dashboard ON subscriptions (dashboard);

-- What was sent. The message is the delivery with the same id.
CREATE TABLE sendings (
    id           TEXT COLLATE "C" PRIMARY KEY,
    subscription TEXT COLLATE "C" NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    at           BIGINT NOT NULL,
    asked        BIGINT NOT NULL,
    stale        BIGINT NOT NULL,
    files        TEXT COLLATE "C" NOT NULL, -- JSON: names
    problem      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX sendings_by_subscription ON sendings (subscription, at);

-- The files of messages that have not arrived yet.
CREATE TABLE sending_files (
    sending TEXT COLLATE "C" NOT NULL REFERENCES sendings (id) ON DELETE CASCADE,
    place   BIGINT NOT NULL,
    name    TEXT COLLATE "C" NOT NULL,
    type    TEXT COLLATE "C" NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (sending, place)
);

-- Dashboards that were given to people who see nothing else.
CREATE TABLE given_dashboards (
    holder    TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    dashboard TEXT COLLATE "C" NOT NULL,
    locks     TEXT COLLATE "C" NOT NULL, -- JSON
    giver     TEXT COLLATE "C" NOT NULL, -- ID of the user who gave it
    created   BIGINT NOT NULL,
    PRIMARY KEY (holder, dashboard)
);

-- The person for whom a link was made; empty = for anybody.
ALTER TABLE share_links ADD COLUMN holder TEXT COLLATE "C" NOT NULL DEFAULT '';
