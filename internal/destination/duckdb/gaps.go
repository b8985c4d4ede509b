package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"adtally"
	"adtally/internal/table"
)

// gapDays is the set of days with a gap, by table; day 0 stands for objects, which have no day.
type gapDays map[string]map[adtally.Day]bool

// readGaps reads what is missing for an account.
func readGaps(ctx context.Context, s *session, dataset, account string) (gapDays, error) {
	rows, err := s.query(ctx, "SELECT DISTINCT table_name, date FROM "+target(dataset, table.Gaps.Name)+" WHERE account_id = ? AND due IS DISTINCT FROM false", account)
	if err != nil {
		return nil, fmt.Errorf("read the gaps of %s: %w", dataset, err)
	}
	defer rows.Close()
	gaps := gapDays{}
	for rows.Next() {
		var name string
		var at sql.NullTime
		if err := rows.Scan(&name, &at); err != nil {
			return nil, fmt.Errorf("read the gaps of %s: %w", dataset, err)
		}
		if gaps[name] == nil {
			gaps[name] = map[adtally.Day]bool{}
		}
		gaps[name][dayOf(at)] = true
	}
	return gaps, rows.Err()
}

// dayOf converts a date from DuckDB; 0 stands for NULL.
func dayOf(t sql.NullTime) adtally.Day {
	if !t.Valid {
		return 0
	}
	return adtally.DayOf(t.Time, time.UTC)
}

// splitByGaps splits checkpoints so that days with a gap are separate. All must be of one account.
func splitByGaps(ctx context.Context, s *session, dataset string, all []adtally.Checkpoint) (out []adtally.Checkpoint, err error) {
	if len(all) == 0 {
		return nil, nil
	}
	gaps, err := readGaps(ctx, s, dataset, all[0].Account)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		out = append(out, cut(c, gaps[c.Table])...)
	}
	return out, nil
}

// cut splits a checkpoint into as few pieces as possible, each partial or complete.
func cut(c adtally.Checkpoint, gaps map[adtally.Day]bool) (out []adtally.Checkpoint) {
	if c.Window.IsZero() {
		c.Partial = gaps[0]
		return []adtally.Checkpoint{c}
	}
	for day := c.Window.From; day < c.Window.To; day++ {
		if last := len(out) - 1; last >= 0 && out[last].Partial == gaps[day] {
			out[last].Window.To++
			continue
		}
		piece := c
		piece.Window, piece.Partial = adtally.WindowOf(day, day), gaps[day]
		out = append(out, piece)
	}
	return out
}
