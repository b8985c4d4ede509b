package api

import (
	"context"
	"fmt"
	"math"
	"time"

	"adtally"
)

// noteOf returns what is worth knowing about a run, in one sentence; "" if nothing is.
func noteOf(r adtally.RunRecord, f adtally.RunFigures) string {
	switch {
	case r.Error != "":
		return withStop(r.Error)
	case f.Gaps > 0:
		return counted(f.Gaps, "gap", "gaps") + where(f) + "."
	case f.Quarantined > 0:
		return counted(f.Quarantined, "value", "values") + " could not be loaded" + where(f) + "."
	case f.Blocked > 0 && r.Active:
		return counted(int64(f.Blocked), "account waits", "accounts wait") + " for the platform's rate limit."
	}
	return ""
}

// where names the account and the day of what is missing, if there is only one.
func where(f adtally.RunFigures) string {
	text := ""
	if f.Account != "" {
		text = ": " + f.Account
	}
	if f.Days.Days() == 1 {
		text += map[bool]string{true: ": ", false: ", "}[text == ""] + f.Days.From.Start(time.UTC).Format("2 Jan 2006")
	}
	return text
}

// counted returns a number with its noun.
func counted(n int64, one, many string) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (g runs) logSummary(ctx context.Context, run string) (LogSummary, error) {
	s, err := g.Log.LogSummary(ctx, run)
	out := LogSummary{Lines: s.Lines, Warnings: s.Warnings, Errors: s.Errors}
	if s.FirstError > 0 {
		out.First = &s.FirstError
	}
	return out, err
}

// remaining estimates how many seconds a run still takes: the slices that are left take as
// long as those that are done took. An account that has not begun is taken for an average
// one. nil = unknown.
func remaining(r adtally.RunRecord, steps []adtally.StepRecord, now time.Time) *float64 {
	var done, total, known float64
	var waits time.Duration
	var begun []float64 // slices of accounts for which it is not known how many are left
	for _, s := range steps {
		if s.Step.Account.ID == "" {
			continue
		}
		done += float64(s.Slices)
		if s.State == adtally.Waiting {
			waits = max(waits, s.NotBefore.Sub(now))
		}
		if s.Left == 0 && (s.State == adtally.Waiting || s.State == adtally.Running) {
			begun = append(begun, float64(s.Slices))
			continue
		}
		total, known = total+float64(s.Slices+s.Left), known+1
	}
	if !r.Active || done == 0 || known == 0 {
		return nil
	}
	average := total / known
	for _, slices := range begun {
		total += max(average, slices)
	}
	seconds := math.Ceil(max(now.Sub(r.Started).Seconds()*(total-done)/done, waits.Seconds()))
	return &seconds
}
