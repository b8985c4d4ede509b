package analytics_test

import (
	"errors"
	"testing"

	"adtally"
	"adtally/internal/analytics"
)

// A day that was read before it was over is not read: pacing of it would be too low. The day
// ends in the account's own time zone.
func TestAsk_PacingNeedsWholeDays(t *testing.T) {
	t.Parallel()
	first, _ := adtally.ParseDay("2026-01-01")
	for name, c := range map[string]struct {
		zone, read string // when the last day, the 10th, was requested
		asOf       adtally.Day
		want       string
	}{
		"over":                    {"Europe/Berlin", "2026-01-10 23:00:00+00", first + 9, "100.00"},
		"not over":                {"Europe/Berlin", "2026-01-10 22:59:59+00", first + 9, "stale"},
		"over in UTC only":        {"America/New_York", "2026-01-11 00:30:00+00", first + 9, "stale"},
		"the day before was over": {"America/New_York", "2026-01-11 00:30:00+00", first + 8, "90.00"},
		"not known":               {"Europe/Berlin", "", first + 9, "100.00"},
		"no zone":                 {"", "2026-01-11 00:00:00+00", first + 9, "100.00"},
	} {
		db := scratch(t, &analytics.Folder{})
		exec(t, db, `INSERT INTO adtally.day (date, month) SELECT DATE '2026-01-01' + CAST(d AS INTEGER), '2026-01' FROM range(31) r(d)`)
		exec(t, db, `INSERT INTO adtally.accounts (account_id, channel, source, currency, time_zone) VALUES ('a', 'facebook', 's', 'EUR', NULLIF(?, ''))`, c.zone)
		exec(t, db, `INSERT INTO adtally.marketing_spend (date, channel, source, account_id, campaign_id, currency, spend) SELECT DATE '2026-01-01' + CAST(d AS INTEGER), 'facebook', 's', 'a', 'c', 'EUR', 10 FROM range(10) r(d)`)
		exec(t, db, `INSERT INTO adtally.budgets (account_id, campaign_id, month, currency, amount) VALUES ('a', '', '2026-01', 'EUR', 310)`)
		exec(t, db, `INSERT INTO adtally.coverage (dataset, account_id, from_date, through_date, as_of) VALUES ('marketing_spend', 'a', '2026-01-01', '2026-01-10', CAST(NULLIF(?, '') AS TIMESTAMPTZ)), ('marketing_spend', 'a', '2025-01-01', '2025-02-01', NULL)`, c.read)
		a, err := analytics.New(analytics.Standard(), analytics.DefaultSettings()).Ask(t.Context(), db, analytics.Query{Metrics: []string{"spend_to_date", "pacing"}, From: first, To: first + 30, AsOf: c.asOf})
		got := ""
		switch r, refused := errors.AsType[*analytics.Refusal](err); {
		case refused:
			got = r.Code
		case err != nil:
			t.Fatal(err)
		default:
			got = a.Rows[0].Figures[0].Value
		}
		if got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
}
