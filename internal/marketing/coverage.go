package marketing

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"adtally"
)

// coverage is a range of days that was read of an account.
type coverage struct {
	account       string
	from, through adtally.Day
	asOf          time.Time // when its last day was requested
}

// covers reads which days of a source's campaigns were loaded.
func (w *work) covers(ctx context.Context, f *found) error {
	var loads []coverage
	err := w.each(ctx, `SELECT account_id, CAST(date_from AS VARCHAR), CAST(date_to AS VARCHAR), CAST(MAX(epoch_us(asked_at)) AS VARCHAR) FROM `+quote(f.Dataset)+`."_loads"
		WHERE table_name = $1 AND date_from IS NOT NULL GROUP BY 1, 2, 3`, func(v []sql.NullString) error {
		c := coverage{account: v[0].String}
		var err error
		if c.from, err = adtally.ParseDay(v[1].String); err != nil {
			return err
		}
		if c.through, err = adtally.ParseDay(v[2].String); err != nil {
			return err
		}
		if v[3].Valid {
			c.asOf = micros(v[3].String)
		}
		loads = append(loads, c)
		return nil
	}, f.campaigns.Loads)
	f.covered = joined(loads)
	return err
}

// joined puts ranges that touch or overlap together, account by account. The moment is that
// of the range with the last day.
func joined(all []coverage) (out []coverage) {
	slices.SortFunc(all, func(a, b coverage) int {
		if a.account != b.account {
			if a.account < b.account {
				return -1
			}
			return 1
		}
		return int(a.from - b.from)
	})
	for _, c := range all {
		last := len(out) - 1
		if last < 0 || out[last].account != c.account || c.from > out[last].through+1 {
			out = append(out, c)
			continue
		}
		if c.through > out[last].through || c.through == out[last].through && c.asOf.After(out[last].asOf) {
			out[last].through, out[last].asOf = c.through, c.asOf
		}
	}
	return out
}
