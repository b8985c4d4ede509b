-- +goose Up

-- Dashboards that people made.
CREATE TABLE dashboards (
    id         TEXT NOT NULL PRIMARY KEY,
    title      TEXT NOT NULL,
    content    TEXT NOT NULL, -- JSON
    revision   INTEGER NOT NULL,
    created    INTEGER,
    created_by TEXT NOT NULL,
    updated    INTEGER,
    updated_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- All versions of the files with definitions of metrics.
CREATE TABLE definitions (
    name      TEXT NOT NULL,
    version   INTEGER NOT NULL,
    yaml      TEXT NOT NULL,
    deleted   INTEGER NOT NULL, -- 1 = the version says that the file was deleted
    at        INTEGER,
    stored_by TEXT NOT NULL,
    PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;

-- All versions of the naming rules.
CREATE TABLE naming_rules (
    id        TEXT NOT NULL,
    version   INTEGER NOT NULL,
    content   TEXT NOT NULL, -- JSON
    deleted   INTEGER NOT NULL, -- 1 = the version says that the rule was deleted
    at        INTEGER,
    stored_by TEXT NOT NULL,
    PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;
