package api_test

import (
	"context"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/difference"
)

// fakeDifferences explains every figure by the attribution window.
type fakeDifferences struct{}

func (fakeDifferences) ExplainDifference(_ context.Context, q difference.Question) (*difference.Answer, error) {
	if _, err := difference.ParseFigure(q.Figure); err != nil {
		return nil, err
	}
	return &difference.Answer{Outcome: difference.Explained, Sentence: "The window explains it.", Figure: "3", Ours: "5", Count: 60,
		Tried:   []difference.Line{{Text: "With the attribution window 1 day after a click", Kinds: []difference.Kind{difference.Window}, Value: "3", Difference: "0", Fits: true}},
		Untried: []difference.Untried{{Text: "Other currencies", Reason: "There are no rates."}}}, nil
}

func (fakeDifferences) ShownFigures(context.Context) ([]adtally.ShownFigures, error) {
	return []adtally.ShownFigures{{Page: "Ads Manager", Levels: []adtally.ShownLevel{{Name: "ad", Title: "ads"}}, Metrics: []adtally.ShownMetric{{Name: "purchases", Title: "Purchases", Metric: "platform_conversions"}}}}, nil
}

func TestExplainDifference(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	ask := func(figure, to string) reply {
		return h.ask("POST", "/api/v1/explain-difference", `{"metric":"purchases","figure":"`+figure+`","account":"1","from":"2026-01-02","to":"`+to+`"}`)
	}
	got := ask("3", "2026-01-03").is(200).Body.String()
	for _, want := range []string{`"outcome":"explained"`, `"kinds":["window"]`, `"fits":true`, `"reason":"There are no rates."`, `"notes":[]`, `"ours":"5"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	ask("three", "2026-01-03").refused(422, "bad_figure")
	ask("3", "2026-01-01").refused(422, "invalid")
	if got := h.ask("GET", "/api/v1/explain-difference", "").is(200).Body.String(); !strings.Contains(got, `"metrics":[{"name":"purchases","title":"Purchases","metric":"platform_conversions"`) {
		t.Error(got)
	}
}
