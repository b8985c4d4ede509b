package adtally

import "fmt"

// Committed reports whether the outcome's rows are in the warehouse. A slice can fail
// after its commit if the database cannot be written.
func (o Outcome) Committed() bool { return o.Fault == nil || o.Load != "" }

// ByTable returns the number of rows by table.
func (o Outcome) ByTable() map[string]int64 {
	if o.Tables == nil {
		return map[string]int64{o.Slice.Stream: o.Rows}
	}
	return o.Tables
}

// Latest returns the last outcome of each slice, which is what the warehouse holds.
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

// CodeNotLoaded is the code of the fault that NotLoaded returns.
const CodeNotLoaded = "quarantined"

// NotLoaded returns the fault for an account with n values that could not be loaded. The
// run does not try again because it would get the same values.
func NotLoaded(account string, n int64) *Fault {
	values := fmt.Sprintf("%d values", n)
	if n == 1 {
		values = "1 value"
	}
	return &Fault{Act: Retry, Code: CodeNotLoaded, Message: fmt.Sprintf("%s of act_%s could not be loaded", values, account),
		Hint: "Their rows were loaded without them. The table _quarantine lists each value and the reason. The next sync reads recent days again."}
}
