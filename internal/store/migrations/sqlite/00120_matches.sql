-- +goose Up

-- Campaigns that people matched with UTM values.
CREATE TABLE campaign_matches (
    touch       TEXT NOT NULL PRIMARY KEY, -- fingerprint of the four values
    source      TEXT NOT NULL, -- utm_source
    medium      TEXT NOT NULL, -- utm_medium
    name        TEXT NOT NULL, -- utm_campaign
    raw         TEXT NOT NULL, -- the campaign's number as it came
    campaign    TEXT NOT NULL, -- number of the campaign
    at          INTEGER,
    matched_by  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
