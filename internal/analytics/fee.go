package analytics

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
)

// feeForm is how a fee is written. The factor becomes part of the SQL's text.
var feeForm = regexp.MustCompile(`^[0-9](\.[0-9]{1,4})?$`)

// factor is what spend is multiplied with, as a decimal number; empty = nothing.
func (q Query) factor() string {
	fee, ok := new(big.Rat).SetString(q.Fee)
	if q.Fee == "" || !ok {
		return ""
	}
	return fee.Add(fee, big.NewRat(1, 1)).FloatString(4)
}

// spendTables have spend in a column of this name; feeSafe are their other amounts and
// counts, which hold nothing that spend can be computed from. Own tables are not known: a
// column such as cost per click times clicks is spend without the fee.
var (
	spendTables = []string{Dataset + ".marketing_spend", Dataset + ".ad_delivery"}
	feeSafe     = []string{"impressions", "clicks", "link_clicks", "platform_conversions", "platform_value", "reach", "campaign_id", "account_id", "ad_set_id", "ad_id"}
	otherTables = []string{Dataset + ".customers", Dataset + ".orders", Dataset + ".refunds", Dataset + ".reach_campaign_month"}
)

// spendColumn is the column to which a fee is added.
const spendColumn = "spend"

// of returns the table's column with a name of the model.
func (m *Model) of(name string) string {
	i := slices.IndexFunc(m.Columns, func(c ModelColumn) bool { return c.Name == name })
	if i >= 0 && m.Columns[i].Expr != "" {
		return m.Columns[i].Expr
	}
	return name
}

// isSpend reports whether a column of the model is spend.
func (m *Model) isSpend(name string) bool {
	return m.SQL == "" && slices.Contains(spendTables, m.Table) && m.of(name) == spendColumn
}

// feeKnown reports whether it is known what a fee does to a column.
func (m *Model) feeKnown(name string) bool {
	if m.SQL != "" {
		return false
	}
	return slices.Contains(otherTables, m.Table) || slices.Contains(spendTables, m.Table) && (m.isSpend(name) || slices.Contains(feeSafe, m.of(name)))
}

// feeAllowed refuses a fact that uses columns where it is not known what the fee does to
// them, such as the platform's budgets and costs.
func (p *plan) feeAllowed(f *fact) error {
	if p.q.Fee == "" {
		return nil
	}
	model := p.defs.Models[f.model]
	for _, l := range f.leaves {
		known := model.SQL == "" && (slices.Contains(otherTables, model.Table) || slices.Contains(spendTables, model.Table))
		if l.metric.row != nil {
			l.metric.row.names(func(name string) { known = known && model.feeKnown(name) })
		}
		for _, c := range slices.Concat(l.metric.Where, model.Where) {
			known = known && c.Column != spendColumn
		}
		if !known {
			return &Refusal{Code: "fee_unsupported", Message: fmt.Sprintf("%s cannot be shown with a fee", l.metric.Title), Hint: "Ask for metrics of spend, or remove the fee."}
		}
	}
	return nil
}

// ofSpend reports whether a metric is an amount of spend itself, not a ratio of it.
func (d *Definitions) ofSpend(m *Metric) (found bool) {
	model := d.Models[m.Model]
	if model == nil || m.row == nil {
		return false
	}
	m.row.names(func(name string) { found = found || model.isSpend(name) })
	return found
}

// agreed marks the title of spend with a fee.
const agreed = " (as agreed)"

// title is the title of a metric in the answer.
func (p *plan) title(m *Metric) string {
	if p.q.Fee != "" && p.defs.ofSpend(m) {
		return m.Title + agreed
	}
	return m.Title
}

// Under describes the metric to the holder of a link with a fee. The fee itself is not told.
func (m MetricInfo) Under(fee string) MetricInfo {
	if fee == "" || !m.Spend {
		return m
	}
	m.Title += agreed
	m.Description = "What was spent, as agreed."
	m.Caveat = "Recent days may still be corrected by the platform."
	return m
}
