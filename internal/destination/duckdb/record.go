package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// record writes the load's rows of _loads in the load's transaction.
func (b *loadTx) record(ctx context.Context) error {
	loads := target(b.load.Dataset, loadsTable.Name)
	var sequence int64
	if err := b.session.row(ctx, "SELECT coalesce(max(sequence), 0) + 1 FROM "+loads).Scan(&sequence); err != nil {
		return fmt.Errorf("count the loads: %w", err)
	}
	statement := "INSERT INTO " + loads + " (" + idents("", names(loadsTable.Columns)) + ") VALUES " +
		listed(strings.Split(strings.Repeat("?", len(loadsTable.Columns)), ""))
	calls, bytes := b.cost()
	started := sql.Null[time.Time]{V: instant(b.load.Started), Valid: !b.load.Started.IsZero()}
	for _, t := range b.brought() {
		first, last := ends(b.load.Slice.Window)
		if err := b.session.exec(ctx, statement, sequence, b.load.ID, b.load.Slice.Stream, t.schema.Name, b.load.Slice.Account,
			first, last, t.facts.rows, b.checksum(t), b.asked, b.synced, orNull(b.load.Definition), orNull(b.load.Run), started, calls, bytes,
			b.remarked(&table.Gaps), b.lost()); err != nil {
			return fmt.Errorf("record the load: %w", err)
		}
	}
	return nil
}

// cost returns what the load took, or NULLs if unknown.
func (b *loadTx) cost() (calls, bytes any) {
	if b.load.Cost == nil {
		return nil, nil
	}
	return b.load.Cost()
}

func orNull(text string) sql.Null[string] { return sql.Null[string]{V: text, Valid: text != ""} }

// checksum returns the checksum of the rows that arrived. A load with gaps has a suffix,
// because rows of earlier loads may have stayed.
func (b *loadTx) checksum(t *staged) string {
	if b.remarked(&table.Gaps) > 0 {
		return t.facts.checksum + "-partial"
	}
	return t.facts.checksum
}

// brought returns the load's own tables: all except the remarks, which come first.
func (b *loadTx) brought() []*staged { return b.tables[len(table.Remarks):] }

// remarked returns the number of rows in a table of remarks.
func (b *loadTx) remarked(s *table.Schema) int64 {
	return b.tables[slices.Index(table.Remarks, s)].facts.rows
}

// lost returns the number of quarantined values that were not loaded.
func (b *loadTx) lost() int64 {
	return b.tables[slices.Index(table.Remarks, &table.Quarantine)].facts.lost
}

// ends returns the first and the last day of a window, or NULLs.
func ends(w adtally.Window) (first, last any) {
	if w.IsZero() {
		return nil, nil
	}
	return w.From.String(), w.Last().String()
}

// conclude reads the resulting checkpoints within the transaction.
func (b *loadTx) conclude(ctx context.Context) (err error) {
	w := destination.Written{Load: b.load.ID, Rows: map[string]int64{}, Quarantined: b.lost(), Gaps: b.remarked(&table.Gaps)}
	for _, t := range b.brought() {
		w.Rows[t.schema.Name] = t.facts.rows
		w.Checkpoints = append(w.Checkpoints, adtally.Checkpoint{
			Table: t.schema.Name, Account: b.load.Slice.Account, Window: b.load.Slice.Window, Asked: b.asked, Load: b.load.ID, Definition: b.load.Definition})
	}
	w.Checkpoints, err = splitByGaps(ctx, b.session, b.load.Dataset, w.Checkpoints)
	b.written = w
	return err
}
