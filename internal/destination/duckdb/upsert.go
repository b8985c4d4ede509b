package duckdb

import (
	"context"
	"fmt"
	"strings"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// upsert writes the rows that changed and those that are new. A row that is as
// it was is not written: its bookkeeping says when it last changed. Values in
// columns that the load does not know stay.
func (b *bringing) upsert(ctx context.Context, in inserting) error {
	if in.facts.rows == 0 {
		return nil
	}
	same := each(in.schema.Key, " AND ", func(c string) string { return "t." + c + " = s." + c })
	if err := b.exchange(ctx, in, same); err != nil {
		return err
	}
	err := b.session.exec(ctx, in.insert()+" FROM temp."+in.name+" AS s WHERE NOT EXISTS (SELECT 1 FROM "+in.target+" AS t WHERE "+same+")", b.marked()...)
	if err != nil || !in.schema.History {
		return err
	}
	return b.remember(ctx, in)
}

// exchange takes the rows that changed away, so that they are inserted with the
// new ones: an update keeps all that it changes in memory. It is used only where
// the table has columns whose values the load does not know.
//
// An answer changes only what was answered before it: one that comes late, since
// its reader was slow or was cut off, brings what was not known at all.
func (b *bringing) exchange(ctx context.Context, in inserting, same string) error {
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
		return b.session.exec(ctx, in.update()+where, append(b.marked(), late, b.asked)...)
	}
	return b.session.exec(ctx, "DELETE FROM "+in.target+" AS t USING temp."+in.name+" AS s"+where, late, b.asked)
}

// late says that the platform was asked the same again since, and that the
// later answer was written first. A row does not tell: what was answered the
// same is not written.
func (b *bringing) late(ctx context.Context, t *table.Schema) (late bool, err error) {
	query := "SELECT coalesce(max(asked_at) > ?::TIMESTAMPTZ, false) FROM " + target(b.load.Dataset, loadsTable.Name) +
		" WHERE table_name = ? AND account_id = ? AND " + touching(b.load.Slice.Window)
	if err := b.session.row(ctx, query, b.asked, t.Name, b.load.Slice.Account).Scan(&late); err != nil {
		return false, fmt.Errorf("look for later answers: %w", err)
	}
	return late, nil
}

// touching is the condition for a load with days of the window.
func touching(w adtally.Window) string {
	if w.IsZero() {
		return "date_from IS NULL"
	}
	return fmt.Sprintf("date_from <= DATE '%s' AND date_to >= DATE '%s'", w.Last(), w.From)
}

func (in inserting) update() string {
	set := []string{}
	for _, c := range in.schema.Columns {
		set = append(set, ident(in.places[c.Name])+" = s."+ident(c.Name))
	}
	kept := withBookkeeping(in.schema).Columns[len(in.schema.Columns):]
	for i, mark := range in.marks() {
		set = append(set, ident(in.places[kept[i].Name])+" = "+mark)
	}
	return "UPDATE " + in.target + " AS t SET " + strings.Join(set, ", ") + " FROM temp." + in.name + " AS s"
}

// differs is the condition for a row that came with other values.
func (in inserting) differs() string {
	staged := inserting{places: map[string]string{}}
	for _, c := range in.schema.Columns {
		staged.places[c.Name] = c.Name
	}
	return differ("t", in, "s", staged, in.schema.Columns)
}

// differ is the condition for two rows that have other values in some columns.
func differ(a string, one inserting, b string, other inserting, columns []table.Column) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = a + "." + ident(one.places[c.Name]) + " IS DISTINCT FROM " + b + "." + ident(other.places[c.Name])
	}
	return strings.Join(out, " OR ")
}
