-- +goose Up

-- Campaigns that people matched with UTM values.
CREATE TABLE campaign_matches (
    touch       TEXT COLLATE "C" PRIMARY KEY, -- fingerprint of the four values
    source      TEXT COLLATE "C" NOT NULL, -- utm_source
    medium      TEXT COLLATE "C" NOT NULL, -- utm_medium
    name        TEXT COLLATE "C" NOT NULL, -- utm_campaign
    raw         TEXT COLLATE "C" NOT NULL, -- the campaign's number as it came
    campaign    TEXT COLLATE "C" NOT NULL, -- number of the campaign
    at          BIGINT,
    matched_by  TEXT COLLATE "C" NOT NULL
);
