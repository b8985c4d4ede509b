package duckdb

import (
	"context"
	"fmt"
	"strings"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// upsert writes new and changed rows. Unchanged rows are not written, so their bookkeeping
// says when they last changed. Columns that the load does not have keep their values.
func (b *loadTx) upsert(ctx context.Context, in tableLoad) error {
	if in.facts.rows == 0 {
		return nil
	}
	same := each(in.schema.Key, " AND ", func(c string) string { return "t." + c + " = s." + c })
	if err := b.exchange(ctx, in, same); err != nil {
		return err
	}
	err := b.session.exec(ctx, in.insert()+" FROM temp."+in.name+" AS s WHERE NOT EXISTS (SELECT 1 FROM "+in.target+" AS t WHERE "+same+")", b.bookkeepingValues()...)
	if err != nil || !in.schema.History {
		return err
	}
	return b.updateHistory(ctx, in)
}

// exchange deletes the changed rows, so that they are inserted with the new ones. An
// UPDATE would keep all changes in memory; it is used only if the table has columns that
// the load does not have.
//
// An answer only replaces older answers. A late answer, from a reader that was slow or
// interrupted, only adds rows that are not known yet.
func (b *loadTx) exchange(ctx context.Context, in tableLoad, same string) error {
	late, err := b.late(ctx, in.schema)
	if err != nil {
		return err
	}
	changed := "NOT ?::BOOLEAN AND t." + destination.AskedColumn + " < ?::TIMESTAMPTZ AND (" + in.differs() + ")"
	if in.schema.History {
		changed = "t." + destination.StubColumn + " OR " + changed
	}
	where := " WHERE " + same + " AND (" + changed + ")"
	if b.layout.holdsMore(in.schema.Name, in.places) {
		return b.session.exec(ctx, in.update()+where, append(b.bookkeepingValues(), late, b.asked)...)
	}
	return b.session.exec(ctx, "DELETE FROM "+in.target+" AS t USING temp."+in.name+" AS s"+where, late, b.asked)
}

// late reports whether a later answer to the same request was written first. The rows
// cannot tell, because unchanged rows are not written.
func (b *loadTx) late(ctx context.Context, t *table.Schema) (late bool, err error) {
	query := "SELECT coalesce(max(asked_at) > ?::TIMESTAMPTZ, false) FROM " + target(b.load.Dataset, loadsTable.Name) +
		" WHERE table_name = ? AND account_id = ? AND " + touching(b.load.Slice.Window)
	if err := b.session.row(ctx, query, b.asked, t.Name, b.load.Slice.Account).Scan(&late); err != nil {
		return false, fmt.Errorf("look for later answers: %w", err)
	}
	return late, nil
}

// touching returns the SQL condition for loads with days of the window.
func touching(w adtally.Window) string {
	if w.IsZero() {
		return "date_from IS NULL"
	}
	return fmt.Sprintf("date_from <= DATE '%s' AND date_to >= DATE '%s'", w.Last(), w.From)
}

func (in tableLoad) update() string {
	set := []string{}
	for _, c := range in.schema.Columns {
		set = append(set, ident(in.places[c.Name])+" = s."+ident(c.Name))
	}
	kept := withBookkeeping(in.schema).Columns[len(in.schema.Columns):]
	for i, mark := range in.bookkeepingExprs() {
		set = append(set, ident(in.places[kept[i].Name])+" = "+mark)
	}
	return "UPDATE " + in.target + " AS t SET " + strings.Join(set, ", ") + " FROM temp." + in.name + " AS s"
}

// differs returns the SQL condition for rows whose values changed.
func (in tableLoad) differs() string {
	staged := tableLoad{places: map[string]string{}}
	for _, c := range in.schema.Columns {
		staged.places[c.Name] = c.Name
	}
	return differ("t", in, "s", staged, in.schema.Columns)
}

// differ returns the SQL condition for two rows that differ in one of the columns.
func differ(a string, one tableLoad, b string, other tableLoad, columns []table.Column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = a + "." + ident(one.places[c.Name]) + " IS DISTINCT FROM " + b + "." + ident(other.places[c.Name])
	}
	return strings.Join(out, " OR ")
}
