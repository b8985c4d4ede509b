package subscription

import (
	"math/big"
	"slices"
	"strings"

	"adtally/internal/analytics"
	"adtally/internal/notify"
)

// mostFigures is how many figures a message has: more are for the files.
const mostFigures = 8

// figures are the main figures of a dashboard: those that have a tile of their own, or else the
// totals of its other tiles.
func figures(all []answered) []notify.ReportFigure {
	out := []notify.ReportFigure{}
	for _, alone := range []bool{true, false} {
		for _, a := range all {
			if a.answer != nil && (a.tile.Kind == analytics.MetricTile) == alone {
				out = withFigures(out, a.answer)
			}
		}
		if len(out) > 0 {
			break
		}
	}
	return out[:min(len(out), mostFigures)]
}

// withFigures adds the totals of an answer.
func withFigures(out []notify.ReportFigure, a *analytics.Answer) []notify.ReportFigure {
	for i, c := range a.Columns {
		if i >= len(a.Total) || slices.ContainsFunc(out, func(f notify.ReportFigure) bool { return f.Metric == c.Metric }) {
			continue
		}
		total := a.Total[i]
		f := notify.ReportFigure{Metric: c.Metric, Title: c.Title, Value: total.Value, Currency: total.Currency, Shown: shown(total, c)}
		if a.Compared != nil && i < len(a.Compared.Change) && total.Value != "" {
			if f.Change = a.Compared.Change[i].Value; f.Change != "" {
				f.Shown += " (" + signed(percent(f.Change, 1)) + ")"
			}
		}
		out = append(out, f)
	}
	return out
}

// shown is a figure for people.
func shown(f analytics.Figure, c analytics.Column) string {
	switch {
	case f.Refused != nil:
		return "not shown, " + strings.ToLower(f.Refused.Message[:1]) + f.Refused.Message[1:]
	case f.Value == "":
		return "none"
	case c.Unit == "percent":
		return percent(f.Value, 2)
	case c.Unit == "ratio" && c.Decimals > 2:
		if n, ok := new(big.Rat).SetString(f.Value); ok {
			return grouped(n.FloatString(2))
		}
	}
	return strings.TrimSpace(grouped(f.Value) + " " + f.Currency)
}

// percent is a share as a percentage.
func percent(value string, decimals int) string {
	n, ok := new(big.Rat).SetString(value)
	if !ok {
		return value
	}
	return grouped(n.Mul(n, big.NewRat(100, 1)).FloatString(decimals)) + " %"
}

func signed(text string) string {
	if strings.HasPrefix(text, "-") {
		return text
	}
	return "+" + text
}

// grouped puts commas between thousands.
func grouped(number string) string {
	whole, rest, _ := strings.Cut(number, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	if strings.Trim(whole, "0123456789") != "" {
		return number
	}
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if rest != "" {
		rest = "." + rest
	}
	return sign + whole + rest
}
