package adtally

import "time"

// Report is a table of figures that a user has defined. The connector checks it before
// anything is requested from the platform.
type Report struct {
	Name             string   `json:"name"`                        // the table's name
	Level            string   `json:"level"`                       // the level of a row, such as ad
	Breakdowns       []string `json:"breakdowns,omitempty"`        // the breakdowns of the rows
	ActionBreakdowns []string `json:"action_breakdowns,omitempty"` // the breakdowns of the rows' actions
	Fields           []string `json:"fields,omitempty"`            // the platform's names; an unknown field needs a type, as in new_metric:decimal
	Windows          []string `json:"windows,omitempty"`           // attribution windows of the actions; empty for the defaults
	Increment        string   `json:"increment,omitempty"`         // days per row, or "monthly"; empty for one day
}

// Metric is a conversion that a user has defined: overlapping action types, the preferred
// one first. Each row counts exactly one of them.
type Metric struct {
	Name  string   `json:"name"`
	Types []string `json:"types"`
}

// Preview is the first part of a report for one day. It is not stored.
type Preview struct {
	Account Account
	Day     Day
	Columns []PreviewColumn
	Rows    [][]*string // the first rows; nil: absent
	Total   int         // the number of rows of the whole day
	Calls   int64       // calls that the preview took
	Bytes   int64
	// Used and Before are the shares of the account's budget in use after and before the
	// preview, 1 = all; valid if UsedKnown and BeforeKnown.
	Used, Before           float64
	UsedKnown, BeforeKnown bool
}

// PreviewColumn is a column of a preview.
type PreviewColumn struct{ Name, Type, Unit, Description string }

// Cost is an estimate of what reading a table takes.
type Cost struct {
	Stream   string
	Accounts int
	Slices   int
	Calls    int64
	Rows     int64
	Took     time.Duration // of all slices one after another
	Seen     bool          // measured on earlier slices; otherwise from the plan alone
}

// CostModel estimates a slice's cost from its number of days by linear regression over
// earlier slices. It holds the sums that the regression needs.
type CostModel struct {
	Stream, Account string
	Slices          float64
	Days, Squares   float64 // Σ of a slice's days, and of their squares
	Calls, Rows     Linear
	Seconds         Linear
}

// Linear holds the sums for one figure of a cost model.
type Linear struct {
	Sum     float64 // Σ of the figure
	Product float64 // Σ of the figure times the slice's days
}

// At returns the estimate for a slice of so many days, by least squares. If all slices had
// the same length, the estimate is proportional to the days. It is never negative, and 0
// without slices.
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

// Plus returns the model of both sets of slices.
func (t CostModel) Plus(o CostModel) CostModel {
	t.Slices, t.Days, t.Squares = t.Slices+o.Slices, t.Days+o.Days, t.Squares+o.Squares
	t.Calls, t.Rows, t.Seconds = t.Calls.plus(o.Calls), t.Rows.plus(o.Rows), t.Seconds.plus(o.Seconds)
	return t
}

func (g Linear) plus(o Linear) Linear { return Linear{g.Sum + o.Sum, g.Product + o.Product} }
