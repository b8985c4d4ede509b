package adtally

import "fmt"

// Committed says whether the outcome's rows are in the warehouse. A slice may fail
// after its commit, where the database cannot be written.
func (o Outcome) Committed() bool { return o.Fault == nil || o.Load != "" }

// ByTable are the rows of the outcome, by table.
func (o Outcome) ByTable() map[string]int64 {
	if o.Tables == nil {
		return map[string]int64{o.Slice.Stream: o.Rows}
	}
	return o.Tables
}

// Latest keeps, of outcomes in their order, the last one of each slice: what is
// in the warehouse now.
func Latest(outcomes []Outcome) (kept []Outcome) {
	at := map[Slice]int{}
	for _, o := range outcomes {
		if i, again := at[o.Slice]; again {
			kept[i] = o
			continue
		}
		at[o.Slice] = len(kept)
		kept = append(kept, o)
	}
	return kept
}

// CodeNotLoaded is the code of NotLoaded.
const CodeNotLoaded = "quarantined"

// NotLoaded is what values that could not be loaded mean for an account's part of
// a run. Another try within the run would bring the same values.
func NotLoaded(account string, n int64) *Fault {
	values := fmt.Sprintf("%d values", n)
	if n == 1 {
		values = "1 value"
	}
	return &Fault{Act: Retry, Code: CodeNotLoaded, Message: fmt.Sprintf("%s of act_%s could not be loaded", values, account),
		Hint: "Their rows were loaded without them. The table _quarantine lists each with its reason; recent days are read again at the next sync."}
}
