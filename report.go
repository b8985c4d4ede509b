package adtally

import "time"

// Report is a table of figures that a user has defined: whose, cut by what, and
// which. The connector says what of it is allowed before anybody is asked.
type Report struct {
	Name             string   `json:"name"`                        // of the table
	Level            string   `json:"level"`                       // whose figures a row holds, e.g. ad
	Breakdowns       []string `json:"breakdowns,omitempty"`        // what the rows are cut by
	ActionBreakdowns []string `json:"action_breakdowns,omitempty"` // what their actions are cut by
	Fields           []string `json:"fields,omitempty"`            // the platform's names; one that we do not know with its type, as in new_metric:decimal
	Windows          []string `json:"windows,omitempty"`           // attribution windows of the actions; none = the usual ones
	Increment        string   `json:"increment,omitempty"`         // days that a row counts, or "monthly"; empty = one day
}

// Metric is a conversion that a user has defined: action types that overlap, the
// one to be preferred first. In each row exactly one of them is taken.
type Metric struct {
	Name  string   `json:"name"`
	Types []string `json:"types"`
}

// Preview is what a report gives for one day. Nothing of it is kept.
type Preview struct {
	Account Account
	Day     Day
	Columns []PreviewColumn
	Rows    [][]*string // the first of them; nil = absent
	Total   int         // rows of the whole day
	Calls   int64       // that it took
	Bytes   int64
	// Used is how much of the account's budget is used after it, 1 = all, and
	// Before how much was; each known only where the platform said so.
	Used, Before           float64
	UsedKnown, BeforeKnown bool
}

// PreviewColumn is a column of a preview.
type PreviewColumn struct{ Name, Type, Unit, Description string }

// Cost is what reading a table is likely to take.
type Cost struct {
	Stream   string
	Accounts int
	Slices   int
	Calls    int64
	Rows     int64
	Took     time.Duration // of all slices one after another
	Seen     bool          // from what the same took before; else from the plan alone
}

// CostModel is how what a slice takes grows with its days: sums over slices that were
// read before, of which a line is drawn.
type CostModel struct {
	Stream, Account string
	Slices          float64
	Days, Squares   float64 // Σ of a slice's days, and of their squares
	Calls, Rows     Linear
	Seconds         Linear
}

// Linear is one figure of a trend.
type Linear struct {
	Sum     float64 // Σ of the figure
	Product float64 // Σ of the figure times the slice's days
}

// At is what a slice of so many days is likely to take, by least squares; where
// all slices had the same number of days, in proportion to it. It is not
// negative, and 0 where no slice was read.
func (t CostModel) At(g Linear, days int) float64 {
	x := float64(days)
	spread := t.Slices*t.Squares - t.Days*t.Days
	switch {
	case t.Slices == 0:
		return 0
	case spread > 0:
		slope := (t.Slices*g.Product - t.Days*g.Sum) / spread
		return max(0, (g.Sum-slope*t.Days)/t.Slices+slope*x)
	case t.Days > 0:
		return g.Sum / t.Days * x
	}
	return g.Sum / t.Slices
}

// Plus is both trends together.
func (t CostModel) Plus(o CostModel) CostModel {
	t.Slices, t.Days, t.Squares = t.Slices+o.Slices, t.Days+o.Days, t.Squares+o.Squares
	t.Calls, t.Rows, t.Seconds = t.Calls.plus(o.Calls), t.Rows.plus(o.Rows), t.Seconds.plus(o.Seconds)
	return t
}

func (g Linear) plus(o Linear) Linear { return Linear{g.Sum + o.Sum, g.Product + o.Product} }
