package duckdb

import (
	"context"
	"database/sql"
	"fmt"

	"adtally"
	"adtally/internal/table"
)

// loadsTable is the database in the warehouse: one row per load and table. It is
// only ever added to.
var loadsTable = table.Schema{
	Name:        "_loads",
	Description: "Every load: what it brought, for which account and days, and as of when. Rows are only added.",
	Mode:        table.Upsert,
	Key:         []string{"load_id", "table_name"},
	Columns: []table.Column{
		{Name: "sequence", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "Counts the commits. Where loads overlap, the table holds what the highest brought."},
		{Name: "load_id", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The load."},
		{Name: "stream", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "The stream that was read."},
		{Name: "table_name", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "The table that was loaded."},
		{Name: table.AccountColumn, Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The ad account."},
		{Name: "date_from", Type: table.Date, Unit: table.Days, Additivity: table.None, Description: "The first day of the load; NULL for entities, which are as they are now."},
		{Name: "date_to", Type: table.Date, Unit: table.Days, Additivity: table.None, Description: "The last day of the load, itself included; NULL for entities."},
		{Name: "rows", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "How many rows the platform gave."},
		{Name: "checksum", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "The same rows in any order have the same checksum; columns beginning with _ do not count. It ends with -partial where the load had gaps. Where the load before brought the same for the same days, nothing was written again."},
		{Name: "asked_at", Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: "When the platform was asked: the rows are as of then."},
		{Name: "synced_at", Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: "When the load was written."},
		{Name: "definition", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "A fingerprint of what the table held then: days that were loaded under another one are loaded again. NULL = it was not noted."},
		{Name: "run", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The run that the load belongs to; NULL = none, or it was not noted."},
		{Name: "started_at", Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: "When reading for the load began; NULL = it was not noted."},
		{Name: "calls", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "Calls to the platform that the whole load took; the same in each of its rows. NULL = it was not counted."},
		{Name: "bytes", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "Bytes that the platform sent for the whole load, unpacked; the same in each of its rows. NULL = it was not counted."},
		{Name: "gaps", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "Rows of _gaps of the whole load; the same in each of its rows."},
		{Name: "quarantined", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "Values of the whole load that are in _quarantine and in no column; the same in each of its rows."},
	},
}

// Loads says what is in the file for an account. Where loads overlap, only the
// last one to be written is still true; what it left of the earlier ones is
// reported as the days that it left.
func (w *writer) Loads(ctx context.Context, dataset, account string) (found []adtally.Checkpoint, err error) {
	release, err := w.file.hold(ctx, readOnly)
	if err != nil {
		return nil, explain(w.file.path, err)
	}
	defer release()
	err = w.file.with(ctx, func(s *session) error {
		l, err := readLayout(ctx, s, dataset)
		if err != nil || l[loadsTable.Name] == nil {
			return err
		}
		if found, err = l.readLoads(ctx, s, dataset, account); err != nil {
			return err
		}
		found = stillTrue(found)
		if l[table.Gaps.Name] != nil { // the file may be older than the table
			found, err = apart(ctx, s, dataset, found)
		}
		return err
	})
	return found, explain(w.file.path, err)
}

func (l layout) readLoads(ctx context.Context, s *session, dataset, account string) (found []adtally.Checkpoint, err error) {
	definition := "''"
	if l.has(loadsTable.Name, "definition") { // the file may be older than the column
		definition = "coalesce(definition, '')"
	}
	rows, err := s.query(ctx, `SELECT table_name, account_id, date_from, date_to, asked_at, load_id, `+definition+` FROM `+target(dataset, loadsTable.Name)+`
		WHERE account_id = ?
		QUALIFY row_number() OVER (PARTITION BY table_name, date_from, date_to ORDER BY sequence DESC) = 1
		ORDER BY sequence DESC, table_name`, account)
	if err != nil {
		return nil, fmt.Errorf("read the loads of %s: %w", dataset, err)
	}
	defer rows.Close()
	for rows.Next() {
		var c adtally.Checkpoint
		var first, last sql.NullTime
		if err := rows.Scan(&c.Table, &c.Account, &first, &last, &c.Asked, &c.Load, &c.Definition); err != nil {
			return nil, fmt.Errorf("read the loads of %s: %w", dataset, err)
		}
		if first.Valid {
			c.Window = adtally.WindowOf(dayOf(first), dayOf(last))
		}
		c.Asked = c.Asked.UTC()
		found = append(found, c)
	}
	return found, rows.Err()
}

// stillTrue takes from each load the days that a later one wrote again. The
// latest come first.
func stillTrue(all []adtally.Checkpoint) (out []adtally.Checkpoint) {
	written := map[string][]adtally.Window{}
	for _, c := range all {
		for _, w := range without(c.Window, written[c.Table]) {
			kept := c
			kept.Window = w
			out = append(out, kept)
			written[c.Table] = append(written[c.Table], w)
		}
	}
	return out
}

// without is what of w is in none of the others. The zero window stands apart.
func without(w adtally.Window, others []adtally.Window) []adtally.Window {
	left := []adtally.Window{w}
	for _, o := range others {
		if o.IsZero() || w.IsZero() {
			continue
		}
		var next []adtally.Window
		for _, l := range left {
			before := adtally.Window{From: l.From, To: min(l.To, o.From)}
			after := adtally.Window{From: max(l.From, o.To), To: l.To}
			for _, part := range []adtally.Window{before, after} {
				if part.Days() > 0 {
					next = append(next, part)
				}
			}
		}
		left = next
	}
	return left
}
