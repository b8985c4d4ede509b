package duckdb

import (
	"context"
	"database/sql"
	"fmt"

	"adtally"
	"adtally/internal/table"
)

// loadsTable records the loads: one row per load and table. Rows are only added.
var loadsTable = table.Schema{
	Name:        "_loads",
	Description: "One row per load and table: the account, the days and the time of the data. Rows are only added.",
	Mode:        table.Upsert,
	Key:         []string{"load_id", "table_name"},
	Columns: []table.Column{
		{Name: "sequence", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "The number of the commit. If loads overlap, the highest number is current."},
		{Name: "load_id", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The load."},
		{Name: "stream", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "The stream that was read."},
		{Name: "table_name", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "The table that was loaded."},
		{Name: table.AccountColumn, Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The ad account."},
		{Name: "date_from", Type: table.Date, Unit: table.Days, Additivity: table.None, Description: "The first day of the load; NULL for objects such as campaigns, which are loaded as they are now."},
		{Name: "date_to", Type: table.Date, Unit: table.Days, Additivity: table.None, Description: "The last day of the load, inclusive; NULL for objects such as campaigns."},
		{Name: "rows", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "The number of rows that the platform returned."},
		{Name: "checksum", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "A checksum of the rows, independent of their order and of columns that begin with _. It ends with -partial if the load had gaps. If the previous load for the same days has the same checksum, no rows were written again."},
		{Name: "asked_at", Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: "When the data was requested; the rows are as of this time."},
		{Name: "synced_at", Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: "When the load was written."},
		{Name: "definition", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "A fingerprint of the table's definition. Days that were loaded with another definition are loaded again. NULL if unknown."},
		{Name: "run", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The ID of the run that the load belongs to; NULL if none or unknown."},
		{Name: "started_at", Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: "When reading for the load began; NULL if unknown."},
		{Name: "calls", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "API calls of the whole load, repeated in each of its rows. NULL if unknown."},
		{Name: "bytes", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "Uncompressed bytes that the platform sent for the whole load, repeated in each of its rows. NULL if unknown."},
		{Name: "gaps", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "Rows in _gaps of the whole load, repeated in each of its rows."},
		{Name: "quarantined", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "Values of the whole load that are in _quarantine and in no column, repeated in each of its rows."},
	},
}

// Loads returns what the file holds for an account. If loads overlap, each day belongs to
// the last load that wrote it.
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
		if l[table.Gaps.Name] != nil { // older files lack the table
			found, err = splitByGaps(ctx, s, dataset, found)
		}
		return err
	})
	return found, explain(w.file.path, err)
}

func (l layout) readLoads(ctx context.Context, s *session, dataset, account string) (found []adtally.Checkpoint, err error) {
	definition := "''"
	if l.has(loadsTable.Name, "definition") { // older files lack the column
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

// stillTrue removes from each load the days that a later load wrote again. all must be
// sorted newest first.
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

// without returns the parts of w that are in none of the others. The zero Window is
// independent of all others.
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
