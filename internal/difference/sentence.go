package difference

import (
	"fmt"
	"math/big"
	"strings"
)

// moneyDecimals is the number of decimals of most currencies.
const moneyDecimals = 2

func (r *reading) answer(c *Case, found *Result) *Answer {
	a := &Answer{Outcome: found.Outcome, Figure: c.Figure.Value.FloatString(c.Figure.Decimals), Currency: c.Currency, Count: found.Count, Untried: r.untried, Notes: r.notes}
	if found.Ours != nil {
		a.Ours = c.amount(found.Ours)
	}
	for _, t := range found.Tried {
		a.Tried = append(a.Tried, c.line(t))
	}
	a.Sentence, a.Hint = r.sentence(c, found, a)
	return a
}

func (c *Case) line(t Tried) Line {
	l := Line{Text: capital(t.Text()), Value: c.amount(t.Value), Currency: c.Currency, Difference: c.amount(new(big.Rat).Sub(c.Figure.Value, t.Value)), Fits: t.Fits}
	for _, ch := range t.Changes {
		l.Kinds = append(l.Kinds, ch.Kind)
		if to, is := strings.CutPrefix(ch.Text, "in "); is && ch.Kind == Currency {
			l.Currency, _, _ = strings.Cut(to, " ")
		}
	}
	return l
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// amount shows a value with as many decimals as the figure, or as money has.
func (c *Case) amount(v *big.Rat) string {
	decimals := c.Figure.Decimals
	if c.Currency != "" {
		decimals = max(decimals, moneyDecimals)
	}
	return v.FloatString(decimals)
}

func with(value, currency string) string { return strings.TrimSpace(value + " " + currency) }

func (r *reading) sentence(c *Case, found *Result, a *Answer) (sentence, hint string) {
	ours := "Adtally has no figure for these days"
	if a.Ours != "" {
		ours = "Adtally has " + with(a.Ours, a.Currency)
	}
	ours += " " + r.scope(c)
	seen := fmt.Sprintf("%s shows %s.", r.Shown.Page, a.Figure)
	switch found.Outcome {
	case Equal:
		return fmt.Sprintf("Adtally has the same figure: %s %s.", with(a.Ours, a.Currency), r.scope(c)), ""
	case Unknown:
		return "Adtally has no figures of this account for these days.", "Read these days again, or check the days and the account."
	case Explained:
		return fmt.Sprintf("%s; %s. Counted %s, the figure is %s: that explains the difference%s.", ours, strings.TrimSuffix(seen, "."), found.Tried[0].Text(), with(a.Tried[0].Value, a.Tried[0].Currency), rounding(found.Tried[0])), ""
	case Possible:
		return fmt.Sprintf("%s; %s. Counted %s, the figure is %s, but with a figure of this size that may be chance.", ours, strings.TrimSuffix(seen, "."), found.Tried[0].Text(), with(a.Tried[0].Value, a.Tried[0].Currency)),
			"Compare another figure of the same table, for example the spend: the right explanation explains that, too."
	}
	sentence = fmt.Sprintf("%s; %s. None of the %d ways to count explains it.", ours, strings.TrimSuffix(seen, "."), found.Count)
	if len(found.Tried) > 0 && (found.Ours == nil || c.Figure.away(found.Tried[0].Value).Cmp(c.Figure.away(found.Ours)) < 0) {
		near := a.Tried[0]
		sentence += fmt.Sprintf(" The nearest: counted %s, the figure is %s, which is %s away.", found.Tried[0].Text(), with(near.Value, near.Currency), strings.TrimPrefix(near.Difference, "-"))
	}
	return sentence, "Check the days, the account and the filters of the page, and whether the source is complete."
}

func rounding(t Tried) string {
	if t.Exact {
		return " exactly"
	}
	return ", rounded as you entered it"
}

// scope says how our figure is counted.
func (r *reading) scope(c *Case) string {
	from := "from " + c.title(c.Ours.Level)
	if c.Campaign != "" {
		from = "for this campaign"
	}
	if c.Ours.Window != "" {
		from += ", with " + c.Ours.Window
	}
	return "(" + from + ")"
}
