package duckdb

import (
	"context"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// updateHistory updates the history from the table: it ends states that are over and adds new
// ones. It considers the rows that this load wrote and rows without history. Stubs have no
// history.
func (b *loadTx) updateHistory(ctx context.Context, in tableLoad) error {
	history := in.schema.HistoryTable()
	places, err := b.layout.places(withBookkeeping(history))
	if err != nil {
		return err
	}
	past := tableLoad{target: target(b.load.Dataset, history.Name), places: places}
	open := each(in.schema.Key, " AND ", func(c string) string { return "h." + c + " = t." + c }) + " AND h." + table.ToColumn + " IS NULL"
	err = b.session.exec(ctx, "UPDATE "+past.target+" AS h SET "+table.ToColumn+" = t."+destination.AskedColumn+" FROM "+in.target+" AS t"+
		" WHERE t."+destination.LoadColumn+" = ? AND "+open+" AND ("+differ("h", past, "t", in, in.schema.HistoryColumns())+")", b.load.ID)
	if err != nil {
		return err
	}
	columns := b.layout.shared(in.schema.Name, history.Name)
	return b.session.exec(ctx, "INSERT INTO "+past.target+" ("+idents("", columns)+", "+table.FromColumn+") SELECT "+
		idents("t.", columns)+", t."+destination.AskedColumn+" FROM "+in.target+" AS t WHERE t."+table.AccountColumn+" = ?"+
		" AND t."+destination.StubColumn+" IS NOT TRUE AND NOT EXISTS (SELECT 1 FROM "+past.target+" AS h WHERE "+open+")", b.load.Slice.Account)
}
