package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
)

// fakeSQL answers by the text of the statement.
type fakeSQL struct{}

func (fakeSQL) ModelledTables(context.Context) ([]adtally.ModelledTable, error) {
	return []adtally.ModelledTable{{Dataset: "facebook_ads", Name: "basic_ad", Description: "One row per ad and day",
		Columns: []adtally.ModelledColumn{{Name: "spend", Type: "DECIMAL(18,6)", Unit: "money", Additive: "sum", Description: "Spend"}}}}, nil
}

func (fakeSQL) RunSQL(_ context.Context, _ string, q adtally.SQLQuery, emit func(adtally.SQLBatch) error) (adtally.SQLResult, error) {
	switch q.SQL {
	case "refused", "rate", "running":
		return adtally.SQLResult{}, no("sql_" + q.SQL)
	}
	if err := emit(adtally.SQLBatch{Columns: []adtally.SQLColumn{{Name: "=a", Type: "VARCHAR"}, {Name: "b", Type: "INTEGER"}}}); err != nil {
		return adtally.SQLResult{}, err
	}
	formula, negative := "=1+1", "-3"
	if err := emit(adtally.SQLBatch{Rows: [][]*string{{&formula, &negative}, {nil, nil}}}); err != nil {
		return adtally.SQLResult{}, err
	}
	if q.SQL == "later" {
		return adtally.SQLResult{}, no("sql_failed")
	}
	return adtally.SQLResult{Rows: 2, Limit: adtally.RowLimit, Took: time.Second}, nil
}

func (fakeSQL) StopSQL(string) bool { return false }

func TestRunSQL_StreamsLines(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	for text, want := range map[string]string{
		"fine": `{"columns":[{"name":"=a","type":"VARCHAR"},{"name":"b","type":"INTEGER"}]}
{"rows":[["=1+1","-3"],[null,null]]}
{"end":{"rows":2,"limit":"rows","cut_values":0,"ms":1000}}
`,
		"refused": `{"fault":{"code":"sql_refused","act":"configure","message":"It is refused","hint":"Do something else."}}
`,
	} {
		same(t, text, h.ask("POST", "/api/v1/sql/run", `{"sql":"`+text+`"}`).Body.String(), want)
	}
}

func TestRunSQLCSV_EscapesFormulasAndSaysWhyItEnds(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	const rows = "'=a,b\n'=1+1,-3\n,\n"
	same(t, "a limit", h.ask("POST", "/api/v1/sql/run.csv", `{"sql":"fine"}`).Body.String(), rows+"(incomplete: limit of rows)\n")
	same(t, "a failure", h.ask("POST", "/api/v1/sql/run.csv", `{"sql":"later"}`).Body.String(), rows+"(incomplete: It is refused)\n")
	for text, status := range map[string]int{"refused": http.StatusUnprocessableEntity, "rate": http.StatusTooManyRequests, "running": http.StatusConflict} {
		h.ask("POST", "/api/v1/sql/run.csv", `{"sql":"`+text+`"}`).refused(status, "sql_"+text)
	}
}

func TestSQL_SavedStatements(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	made := h.ask("POST", "/api/v1/sql/saved", `{"name":"Spend","sql":"SELECT 1"}`)
	if made.Code != http.StatusCreated || !strings.Contains(made.Body.String(), `"sql":"SELECT 1"`) {
		t.Fatalf("got %d %s", made.Code, made.Body)
	}
	h.ask("POST", "/api/v1/sql/saved", `{"name":"","sql":"SELECT 1"}`).refused(http.StatusUnprocessableEntity, "invalid")
	if list := h.ask("GET", "/api/v1/sql/saved", "").Body.String(); !strings.Contains(list, "Spend") {
		t.Errorf("the list is %s", list)
	}
	h.ask("POST", "/api/v1/sql/stop", "").refused(http.StatusConflict, "not_running")
}
