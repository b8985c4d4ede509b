package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

// kept is a warehouse with some content.
type kept struct {
	fakeWarehouse
	compared []adtally.Comparison
	missing  []adtally.MissingData
	asked    []adtally.ComparisonFilter
	states   int // how often DataStates was called
}

func (w *kept) Comparisons(_ context.Context, dataset string, f adtally.ComparisonFilter) (all []adtally.Comparison, _ error) {
	if dataset != "facebook_ads" {
		return nil, &adtally.Fault{Act: adtally.Retry, Code: "warehouse_busy", Message: "It is held", Hint: "Later."}
	}
	w.asked = append(w.asked, f)
	for _, c := range w.compared {
		if f.Window.Contains(c.Day) && (f.Account == "" || f.Account == c.Account) {
			all = append(all, c)
		}
	}
	return all, nil
}

func (w *kept) MissingData(context.Context, string) ([]adtally.MissingData, error) {
	return w.missing, nil
}

func (w *kept) DataStates(ctx context.Context, filters map[string]adtally.ComparisonFilter) (map[string]adtally.DataState, error) {
	w.states++
	all := map[string]adtally.DataState{}
	for dataset, f := range filters {
		compared, err := w.Comparisons(ctx, dataset, f)
		if err != nil {
			return nil, err
		}
		all[dataset] = adtally.DataState{Missing: w.missing, Compared: compared}
	}
	return all, nil
}

// reconciled is what get-reconciliation returns.
type reconciled struct {
	Table          string
	Tables         []string
	Since, Until   adtally.Day
	Items, Summary []api.Reconciled
	Next           string
}

// short shows comparisons in one line each.
func short(all []api.Reconciled) (lines []string) {
	for _, r := range all {
		day := "-"
		if r.Day != nil {
			day = r.Day.String()[5:]
		}
		line := fmt.Sprintf("%s %s %s %s %d/%d/%d", r.Account, day, r.Currency, r.State, r.Compared, r.Differ, r.Missing)
		for _, f := range r.Figures {
			line += fmt.Sprintf(" %s %s-%s=%s", f.Name, f.Ours, f.Platform, f.Difference)
		}
		lines = append(lines, line)
	}
	return lines
}

// reconciliationServer has a source with three accounts and five days.
func reconciliationServer(t *testing.T, tables string) (h *testServer, path string, w *kept) {
	t.Helper()
	w = &kept{}
	h = newTestServer(t, func(c *api.Config) { c.Service.Warehouse = w }).admin()
	id := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
	names := slices.DeleteFunc(strings.Split(tables, ","), func(name string) bool { return name == "" })
	if _, err := h.database.EditSource(ctx, id, 1, func(s *adtally.SourceRecord) { s.Tables = names }, adtally.Handover{}, adtally.AuditEntry{ID: "d"}); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 6, 6, 0, 0, 0, 0, time.UTC)
	first := adtally.DayOf(at, time.UTC) - 5
	accounts := []adtally.Account{{ID: "7", Name: "Seven", Currency: "EUR"}, {ID: "8", Name: "Eight", Currency: "EUR"}, {ID: "9", Name: "Nine", Currency: "SEK"}}
	err := h.database.SeeAccounts(ctx, id, accounts, at)
	for _, a := range accounts {
		if wrong := h.database.AdoptCheckpoints(ctx, id, a.ID, []adtally.Checkpoint{{Table: "basic_ad", Window: adtally.WindowOf(first, first+1), Asked: at}}); wrong != nil {
			err = wrong
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	compare := func(account string, day int, metric, ours, theirs string, differs bool) {
		w.compared = append(w.compared, adtally.Comparison{Account: account, Day: first + adtally.Day(day), Metric: metric, Ours: ours, Theirs: theirs, Differs: differs, Checked: at.Add(time.Duration(day) * time.Hour)})
	}
	compare("7", 0, "clicks", "3.000000", "3.000000", false)
	compare("7", 0, "spend", "12.500000", "12.500000", false)
	compare("7", 1, "spend", "0.100000", "12.500000", true)
	compare("8", 0, "spend", "1.005000", "1.000000", false)
	compare("8", 0, "clicks", "4.000000", "", true)
	compare("9", 0, "spend", "", "", false)
	return h, "/api/v1/sources/" + id + "/reconciliation", w
}

// Figures are compared by account and day, and added up exactly: never over currencies.
func TestReconciliation(t *testing.T) {
	t.Parallel()
	h, path, w := reconciliationServer(t, "basic_campaign,basic_ad")
	read := func(query string) (r reconciled) {
		t.Helper()
		h.ask("GET", path+"?"+query, "").is(http.StatusOK).into(&r)
		return r
	}
	const period = "since=2026-06-01&until=2026-06-03"
	all := read(period)
	items := []string{
		"7 06-01 EUR ties 1/0/0 spend 12.50-12.50=0 clicks 3-3=0", "7 06-02 EUR differs 1/1/0 spend 0.10-12.50=-12.40",
		"8 06-01 EUR differs 1/1/0 spend 1.005-1=0.005 clicks 4-=4", "8 06-02 EUR not_checked 0/0/1",
		"9 06-01 SEK ties 1/0/0 spend -=0", "9 06-02 SEK not_checked 0/0/1"}
	same(t, "items", short(all.Items), items)
	same(t, "summary", short(all.Summary), []string{" - EUR differs 3/2/1 spend 13.605-26=-12.395 clicks 7-3=4", " - SEK not_checked 1/0/1 spend -=0"})
	if all.Table != "basic_ad" || len(all.Tables) != 2 || all.Since.String() != "2026-06-01" || all.Until.String() != "2026-06-03" || all.Items[0].Name != "Seven" ||
		all.Items[0].Checked.Format(time.RFC3339) != "2026-06-06T00:00:00Z" || all.Summary[0].Checked.Format(time.RFC3339) != "2026-06-06T00:00:00Z" || all.Items[3].Checked != nil {
		t.Errorf("%+v", all)
	}
	same(t, "by account", short(read(period+"&by=account").Items), []string{"7 - EUR differs 2/1/0 spend 12.60-25=-12.40 clicks 3-3=0", "8 - EUR differs 1/1/1 spend 1.005-1=0.005 clicks 4-=4", "9 - SEK not_checked 1/0/1 spend -=0"})
	same(t, "by day", short(read(period+"&by=day").Items), []string{" 06-01 EUR differs 2/1/0 spend 13.505-13.50=0.005 clicks 7-3=4", " 06-02 EUR differs 1/1/1 spend 0.10-12.50=-12.40",
		" 06-01 SEK ties 1/0/0 spend -=0", " 06-02 SEK not_checked 0/0/1"})
	same(t, "one account", short(read(period+"&account=act_8").Items), items[2:4])
	same(t, "one day", short(read("since=2026-06-02&until=2026-06-02").Items), []string{items[1], items[3], items[5]})
	var pages []string
	for cursor, more := "", true; more; more = cursor != "" {
		r := read(period + "&limit=4&cursor=" + cursor)
		pages, cursor = append(pages, short(r.Items)...), r.Next
		same(t, "the summary of a page", len(r.Summary), 2)
	}
	same(t, "pages", pages, items)
	w.asked = nil
	today := adtally.DayOf(time.Now(), time.UTC)
	read("table=basic_campaign")
	same(t, "by default", w.asked, []adtally.ComparisonFilter{{Table: "basic_campaign", Window: adtally.WindowOf(today-27, today)}})
	h.ask("GET", path+"?since=2026-06-02&until=2026-06-01", "").refused(http.StatusUnprocessableEntity, "invalid").names(t, "query.until")
	h.ask("GET", path+"?by=week", "").refused(http.StatusUnprocessableEntity, "invalid")
}

// Without the platform's totals there is nothing to compare with, and a busy warehouse is
// not an empty one.
func TestReconciliation_NoTotal(t *testing.T) {
	t.Parallel()
	h, path, w := reconciliationServer(t, "")
	var r reconciled
	h.ask("GET", path+"?since=2026-06-01&until=2026-06-03&table=basic_ad&account=7", "").is(http.StatusOK).into(&r)
	same(t, "items", short(r.Items), []string{"7 06-01 EUR no_total 0/0/0", "7 06-02 EUR no_total 0/0/0"})
	r = reconciled{}
	h.ask("GET", path, "").is(http.StatusOK).into(&r)
	if len(r.Items) != 0 || r.Table != "" || len(w.asked) != 0 {
		t.Errorf("%+v", r)
	}
	id := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","dataset":"other","token":"good","all_accounts":true,"tables":["ads"]}`).is(http.StatusCreated).field("id")
	h.ask("GET", "/api/v1/sources/"+id+"/reconciliation", "").refused(http.StatusServiceUnavailable, "warehouse_busy")
}

// What is missing says when it is requested again, or what a person has to do.
func TestListGaps(t *testing.T) {
	t.Parallel()
	h, path, w := reconciliationServer(t, "")
	at := time.Date(2026, 6, 6, 9, 0, 0, 0, time.UTC)
	today := adtally.DayOf(time.Now(), time.UTC)
	one := func(m adtally.MissingData) adtally.MissingData {
		m.Account, m.Table, m.Asked, m.Count = "7", "basic_ad", at, 3
		return m
	}
	w.missing = []adtally.MissingData{
		one(adtally.MissingData{Code: "too_much", Reason: "The answer was too large", Due: true, Window: adtally.WindowOf(20000, 20002), Days: 2}),
		one(adtally.MissingData{Code: "permission", Reason: "It is not allowed.", Column: "reach", Window: adtally.WindowOf(20000, 20000), Days: 1}),
		one(adtally.MissingData{Quarantined: true, Reason: "It is not a number.", Column: "spend", Window: adtally.WindowOf(today-28, today-28), Days: 1}),
		one(adtally.MissingData{Quarantined: true, Reason: "It is not a number.", Column: "spend", Window: adtally.WindowOf(today-29, today-29), Days: 1}),
		one(adtally.MissingData{Quarantined: true, Reason: "It is not a number.", Column: "budget"}),
	}
	var source struct{ Next time.Time }
	h.ask("GET", strings.TrimSuffix(path, "/reconciliation"), "").is(http.StatusOK).into(&source)
	var got struct{ Items []api.Gap }
	h.ask("GET", strings.TrimSuffix(path, "/reconciliation")+"/gaps", "").is(http.StatusOK).into(&got)
	base := api.Gap{Kind: "quarantine", Account: "7", Name: "Seven", Table: "basic_ad", Column: "spend", Days: 1, Count: 3, Reason: "It is not a number.", Code: "quarantined", Tried: at}
	want := []api.Gap{base, base, base, base, base}
	want[0].Kind, want[0].Column, want[0].From, want[0].To, want[0].Days, want[0].Reason, want[0].Code, want[0].Next = "gap", "", "2024-10-04", "2024-10-06", 2, "The answer was too large.", "too_much", &source.Next
	want[1].Kind, want[1].Column, want[1].From, want[1].To, want[1].Reason, want[1].Code, want[1].Hint = "gap", "reach", "2024-10-04", "2024-10-04", "It is not allowed.", "permission", "Grant it."
	want[2].From, want[2].To, want[2].Next = (today - 28).String(), (today - 28).String(), &source.Next
	want[3].From, want[3].To = (today - 29).String(), (today - 29).String()
	want[4].Column, want[4].Days, want[4].Next = "budget", 0, &source.Next
	same(t, "gaps", got.Items, want)
	h.ask("GET", "/api/v1/sources/nobody/gaps", "").refused(http.StatusNotFound, "not_found")
}

// Before a deletion, the rows and what stops are counted.
func TestListDependents_CountsRowsAndLinks(t *testing.T) {
	t.Parallel()
	h, path, _ := reconciliationServer(t, "")
	source := strings.TrimSuffix(path, "/reconciliation")
	for range 3 {
		h.ask("POST", source+"/connect-links", `{}`).is(http.StatusCreated)
	}
	var links struct{ Items []api.ConnectLink }
	h.ask("GET", source+"/connect-links", "").is(http.StatusOK).into(&links)
	h.ask("DELETE", source+"/connect-links/"+links.Items[0].ID, "").is(http.StatusNoContent)
	run := h.ask("POST", source+"/runs", `{}`).is(http.StatusCreated).field("id")
	var got api.Dependents
	h.ask("GET", source+"/dependents", "").is(http.StatusOK).into(&got)
	if got.Rows == nil || *got.Rows != 10 || got.Links != 2 || got.Run != run {
		t.Errorf("%+v", got)
	}
	same(t, "rows", got.TableRows, []api.TableCount{{Table: "basic_ad", Rows: 10}})
	held := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","dataset":"facebook_held","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
	if text := h.ask("GET", "/api/v1/sources/"+held+"/dependents", "").is(http.StatusOK).Body.String(); !strings.Contains(text, `"foreign_unknown":"It is held"`) || strings.Contains(text, `"rows":`) {
		t.Error(text)
	}
}
