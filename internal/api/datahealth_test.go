package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/api"
)

func TestDataHealth_CountsDaysOfAllAccounts(t *testing.T) {
	t.Parallel()
	h, path, w := reconciliationServer(t, "basic_campaign,basic_ad")
	w.missing = []adtally.MissingData{{Account: "7", Table: "basic_ad", Count: 3}, {Account: "8", Table: "basic_ad", Count: 4}}
	var d struct{ Items []api.SourceDataHealth }
	h.ask("GET", "/api/v1/data-health?since=2026-06-01&until=2026-06-03", "").is(http.StatusOK).into(&d)
	got := d.Items[0]
	if got.Source != strings.Split(path, "/")[4] || got.Table != "basic_ad" || got.Gaps != 2 || got.Lost != 7 || got.Through == nil || got.Through.String() != "2026-06-02" {
		t.Errorf("%+v", got)
	}
	// 3 accounts × 3 days; 2 days were read.
	same(t, "coverage", got.Days, api.DayCoverage{Read: 6, Of: 9, Share: "0.666667"})
	if got.TieOut.Ties != 2 || got.TieOut.Differ != 2 || got.TieOut.Missing != 2 {
		t.Errorf("%+v", got.TieOut)
	}
	if drift := got.TieOut.Drift; drift == nil || fmt.Sprint(*drift) != "{8 Eight 2026-06-01 EUR {clicks 4  4}}" {
		t.Errorf("%+v", drift)
	}
	if w.states != 1 {
		t.Errorf("the warehouse was asked %d times", w.states)
	}
	h.ask("GET", "/api/v1/data-health?since=2026-06-03&until=2026-06-01", "").refused(422, "invalid").names(t, "query.until")
}

// To list the tables of a warehouse is slow, so that it is asked once for all sources, and sources
// without a compared table are not held back by it.
func TestDataHealth_AsksTheWarehouseOnce(t *testing.T) {
	t.Parallel()
	h, _, w := reconciliationServer(t, "")
	w.missing = []adtally.MissingData{{Account: "7", Table: "ads", Count: 3}}
	var d struct{ Items []api.SourceDataHealth }
	h.ask("GET", "/api/v1/data-health", "").is(http.StatusOK).into(&d)
	if got := d.Items[0]; got.Table != "" || got.Lost != 3 || got.Days.Of != 0 {
		t.Errorf("%+v", got)
	}
	h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","dataset":"other","token":"good","all_accounts":true,"tables":["ads"]}`).is(http.StatusCreated)
	h.ask("GET", "/api/v1/data-health", "").refused(http.StatusServiceUnavailable, "warehouse_busy")
	if w.states != 2 {
		t.Errorf("the warehouse was asked %d times", w.states)
	}
}

// restated is a warehouse with restatements.
type restated struct {
	fakeWarehouse
	all []adtally.Restated
}

func (w restated) Restatement(context.Context, string, adtally.RestatementFilter) ([]adtally.Restated, error) {
	return w.all, nil
}

// Accounts with the same currency are added up, others are not.
func TestRestatement_SharesByCurrency(t *testing.T) {
	t.Parallel()
	w := restated{}
	for _, account := range []string{"7", "8", "9"} {
		w.all = append(w.all, adtally.Restated{Account: account, Table: "basic_ad", Metric: "spend", Age: 0, Days: 2, Value: "50.5", Final: "101"},
			adtally.Restated{Account: account, Table: "basic_ad", Metric: "spend", Age: 28, Days: 2, Value: "101", Final: "101"},
			adtally.Restated{Account: account, Table: "basic_ad", Metric: "purchases", Age: 0, Days: 2, Value: "", Final: "0"})
	}
	h, path, _ := reconciliationServer(t, "basic_ad")
	id := strings.Split(path, "/")[4]
	h2 := newTestServer(t, func(c *api.Config) {
		c.Service.Sources, c.Service.Accounts, c.Service.Warehouse = h.database, h.database, w
	}).admin()
	var got struct{ Items []api.RestatedMetric }
	h2.ask("GET", "/api/v1/restatement?source="+id, "").is(http.StatusOK).into(&got)
	var lines []string
	for _, m := range got.Items {
		lines = append(lines, fmt.Sprintf("%s %s %v", m.Metric, m.Currency, m.Ages))
	}
	same(t, "curves", lines, []string{
		"purchases EUR [{0 4  0 }]", "purchases SEK [{0 2  0 }]",
		"spend EUR [{0 4 101 202 0.500000} {28 4 202 202 1.000000}]", "spend SEK [{0 2 50.50 101 0.500000} {28 2 101 101 1.000000}]",
	})
	h2.ask("GET", "/api/v1/restatement?source=nobody", "").refused(404, "not_found")
}
