package api

import "adtally/internal/analytics"

// Answer returns an answer as the semantic layer gives it, for programs that read the API.
func (a QueryAnswer) Answer() *analytics.Answer {
	out := &analytics.Answer{Rows: analyticsRows(a.Rows), Total: analyticsFigures(a.Total)}
	for _, c := range a.Columns {
		out.Columns = append(out.Columns, analytics.Column(c))
	}
	if c := a.Compared; c != nil {
		out.Compared = &analytics.Compared{From: c.From, To: c.To, Total: analyticsFigures(c.Total), Change: analyticsFigures(c.Change), Rows: analyticsRows(c.Rows)}
	}
	return out
}

func analyticsRows(rows []QueryRow) (out []analytics.Row) {
	for _, r := range rows {
		out = append(out, analytics.Row{Bucket: r.Bucket, Members: r.Members, Names: r.Names, Figures: analyticsFigures(r.Figures), Previous: analyticsFigures(r.Previous), Change: analyticsFigures(r.Change)})
	}
	return out
}

func analyticsFigures(all []QueryFigure) (out []analytics.Figure) {
	for _, f := range all {
		one := analytics.Figure{Value: f.Value, Currency: f.Currency}
		if f.Refused != nil {
			one.Refused = &analytics.Refusal{Code: f.Refused.Code, Message: f.Refused.Message, Hint: f.Refused.Hint}
		}
		out = append(out, one)
	}
	return out
}
