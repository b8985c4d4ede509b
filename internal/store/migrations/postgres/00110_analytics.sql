-- +goose Up

-- Dashboards that people made.
CREATE TABLE dashboards (
    id         TEXT COLLATE "C" PRIMARY KEY,
    title      TEXT COLLATE "C" NOT NULL,
    content    TEXT COLLATE "C" NOT NULL, -- JSON
    revision   BIGINT NOT NULL,
    created    BIGINT,
    created_by TEXT COLLATE "C" NOT NULL,
    updated    BIGINT,
    updated_by TEXT COLLATE "C" NOT NULL
);

-- All versions of the files with definitions of metrics.
CREATE TABLE definitions (
    name      TEXT COLLATE "C" NOT NULL,
    version   BIGINT NOT NULL,
    yaml      TEXT COLLATE "C" NOT NULL,
    deleted   BIGINT NOT NULL, -- 1 = the version says that the file was deleted
    at        BIGINT,
    stored_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (name, version)
);

-- All versions of the naming rules.
CREATE TABLE naming_rules (
    id        TEXT COLLATE "C" NOT NULL,
    version   BIGINT NOT NULL,
    content   TEXT COLLATE "C" NOT NULL, -- JSON
    deleted   BIGINT NOT NULL, -- 1 = the version says that the rule was deleted
    at        BIGINT,
    stored_by TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id, version)
);
