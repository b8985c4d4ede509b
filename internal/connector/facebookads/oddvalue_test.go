package facebookads_test

import (
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

const adOfDay = `"account_id":"7","campaign_id":"1","adset_id":"2","date_start":"` + lastDay + `","date_stop":"` + lastDay + `"`

// An element that is not an object is skipped and quarantined; the rest of the page is
// read.
func TestRead_NonObjectElementIsQuarantined(t *testing.T) {
	good := `{"ad_id":"5","spend":"1",` + adOfDay + `}`
	for name, c := range map[string]struct{ sent, odd string }{
		"null":            {`null`, `basic_ad   null `},
		"a text":          {`"x"`, `basic_ad   "x" `},
		"a number":        {`7`, `basic_ad   7 `},
		"a list":          {`[{"ad_id":"6"}]`, `basic_ad   [{"ad_id":"6"}] `},
		"no id":           {`{"spend":"2",` + adOfDay + `}`, `basic_ad 7/2026-06-01  {"account_id":"7","date":"2026-06-01"} `},
		"nothing":         {`{}`, `basic_ad 7  {"account_id":"7"} `},
		"another day":     {`{"ad_id":"6","account_id":"7","date_start":"2026-06-02","date_stop":"2026-06-02"}`, `basic_ad 7/2026-06-02/6  {"account_id":"7","date":"2026-06-02","ad_id":"6"} `},
		"no day":          {`{"ad_id":"6","account_id":"7"}`, `basic_ad 7//6  {"account_id":"7","ad_id":"6"} `},
		"no day at all":   {`{"ad_id":"6","date_start":"31.05."}`, `basic_ad 7//6 date "31.05." `},
		"days":            {`{"ad_id":"6","account_id":"7","date_start":"2026-06-01","date_stop":"2026-06-02"}`, `basic_ad 7/2026-06-01/6  {"account_id":"7","date":"2026-06-01","ad_id":"6"} `},
		"another account": {`{"ad_id":"6","account_id":"8","date_start":"2026-06-01"}`, `basic_ad 8/2026-06-01/6  {"account_id":"8","date":"2026-06-01","ad_id":"6"} `},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{insights: {says(paged("", good, c.sent, strings.Replace(good, `"5"`, `"9"`, 1)))}}}
				g := m.read(t.Context(), "basic_ad", day, nil, "ad_id")
				g.want(t, "5 9")
				if len(g.odd) == 0 || g.odd[0] != c.odd || len(m.calls) != 1 {
					t.Errorf("in quarantine: %q, want %q; %d calls", g.odd, c.odd, len(m.calls))
				}
			})
		})
	}
}

func TestRead_NonObjectEntityIsQuarantined(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/campaigns": {says(`{"data":[{"id":"1"},null,{"name":"no id"},{"id":"2"}],"paging":[]}`)}}}
		g := m.read(t.Context(), "campaigns", adtally.Window{}, nil, "id")
		g.want(t, "1 2")
		g.wantOdd(t, "campaigns   null ", "campaigns   {} ")
	})
}

func TestDecode_InvalidActionIsQuarantined(t *testing.T) {
	t.Parallel()
	out := decode(t, "basic_ad", "EUR", `{"date_start":"2026-05-01","ad_id":"1","spend":"2","actions":[null,"x",{"value":"5","7d_click":4},{"action_type":"lead","value":"3"},{"action_type":null,"value":"1"},{"action_type":7,"value":"1.0"},[]],
		"action_values":{"action_type":"lead","value":"9"}},{"date_start":"2026-05-01","ad_id":"2","actions":null,"action_values":[{"action_type":"lead","value":"1E3"}]}`)
	rows, actions, q := out["basic_ad"], out["basic_ad_actions"], out["_quarantine"]
	if rows.Rows() != 2 || actions.Rows() != 3 || q.Rows() != 6 {
		t.Fatalf("%d rows, %d actions, %d in quarantine", rows.Rows(), actions.Rows(), q.Rows())
	}
	want(t, actions, 0, "action_type", "lead")
	want(t, actions, 0, "value", "3.000000")
	want(t, actions, 1, "action_type", "7")
	want(t, actions, 1, "value", "1.000000")
	want(t, actions, 2, "action_value", "1000.000000")
	for i, value := range []string{"null", `"x"`, "default: 5, 7d_click: 4", "default: 1", "[]", `{"action_type":"lead","value":"9"}`} {
		want(t, q, i, "table_name", "basic_ad_actions")
		want(t, q, i, "value", value)
		want(t, q, i, "loaded", "NULL")
	}
}

// Amounts are decimal in every form that JSON allows.
func TestDecode_MoneyInAnyJSONForm(t *testing.T) {
	t.Parallel()
	out := decode(t, "basic_ad", "EUR", `{"date_start":"2026-05-01","ad_id":"1","spend":1.5e1,"clicks":"12.0","impressions":1E3,"inline_link_clicks":0.0,"action_values":[{"action_type":"a","value":"19.99333333333"},{"action_type":"b","value":1E3},{"action_type":"c","value":"-2.5e-1","7d_click":"0.0000005"}]}`)
	rows, actions, q := out["basic_ad"], out["basic_ad_actions"], out["_quarantine"]
	for column, value := range map[string]string{"spend": "15.000000", "clicks": "12", "impressions": "1000", "inline_link_clicks": "0"} {
		want(t, rows, 0, column, value)
	}
	for i, value := range []string{"19.993333", "1000.000000", "-0.250000", "0.000000"} {
		want(t, actions, i, "action_value", value)
	}
	if q.Rows() != 2 {
		t.Fatalf("%d remarks, want 2", q.Rows())
	}
	for i, value := range [][2]string{{"19.99333333333", "19.993333"}, {"0.0000005", "0.000000"}} {
		want(t, q, i, "value", value[0])
		want(t, q, i, "loaded", value[1])
	}
}

func TestDecode_DayInAnyFormat(t *testing.T) {
	t.Parallel()
	for _, written := range []string{"2026-5-26", "2026-05-26T00:00:00+0200", "2026-05-26 00:00:00", "2026-5-026"} {
		out := decode(t, "basic_ad", "EUR", `{"date_start":"`+written+`","date_stop":"`+written+`","ad_id":"1","actions":[{"action_type":"lead","value":"3"}]}`)
		want(t, out["basic_ad"], 0, "date", "2026-05-26")
		want(t, out["basic_ad"], 0, "raw", "NULL")
		want(t, out["basic_ad_actions"], 0, "date", "2026-05-26")
		want(t, out["_quarantine"], 0, "value", written)
		want(t, out["_quarantine"], 0, "loaded", "2026-05-26")
	}
}

func TestDecode_DuplicateMember(t *testing.T) {
	t.Parallel()
	out := decode(t, "ads", "EUR", `{"id":"1","name":"a","name":"b"},{"id":"2"}`)
	want(t, out["ads"], 0, "name", "a")
	want(t, out["ads"], 1, "id", "2")
	want(t, out["_quarantine"], 0, "value", `"b"`)
}

// An answer that is not a page is requested again; it is never reported as our bug.
func TestRead_InvalidPageIsRequestedAgain(t *testing.T) {
	for name, bad := range map[string]string{
		"data is null": `{"data":null}`, "data is a text": `{"data":"x"}`, "data is an object": `{"data":{"1":{}}}`, "a list": `[]`, "nothing": `{}`,
		"paging without a cursor": `{"data":[{"id":"1"}],"paging":{"next":"https://x/"}}`, "paging is a text": `{"data":[{"id":"1"}],"paging":"x"}`,
		"broken in a row": `{"data":[{"id":"1"},{"id":}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				const what = "GET act_7/campaigns"
				m := &fakeGraph{t: t, answers: map[string][]answer{what: {says(bad), says(bad), says(paged("", `{"id":"1"}`, `{"id":"2"}`))}}}
				g := m.read(t.Context(), "campaigns", adtally.Window{}, nil, "id")
				g.want(t, "1 2")
				if len(m.calls) != 3 || len(g.odd) > 0 {
					t.Errorf("%d calls, in quarantine %q", len(m.calls), g.odd)
				}
				m = &fakeGraph{t: t, answers: map[string][]answer{what: {says(bad)}}}
				m.read(t.Context(), "campaigns", adtally.Window{}, nil, "id").wantFault(t, adtally.Retry, "bad_answer")
				if len(m.calls) != 3 {
					t.Errorf("%d calls", len(m.calls))
				}
			})
		})
	}
}

func TestRead_InvalidNodeIsRequestedAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7": {says(`[]`), says(`{"id":"act_7","account_id":"7","name":"Shop"}`)}}}
		m.read(t.Context(), "ad_accounts", adtally.Window{}, nil, "name").want(t, "Shop")
	})
}

// A log entry that a later page repeats is one entry.
func TestRead_RepeatedLogEntryIsOneRow(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const log = "GET act_7/activities"
		a, b := entryAt("2026-06-01T10:00:00+0000", ""), entryAt("2026-06-01T09:00:00+0000", "")
		m := &fakeGraph{t: t, answers: map[string][]answer{log: {says(paged("x", a, a)), says(paged("", a, b))}}}
		g := m.read(t.Context(), "activities", day, nil, "id")
		if len(g.cells) != 4 || g.cells[2] != g.cells[0] || g.cells[1] != g.cells[0]+"-2" || g.err != nil {
			t.Errorf("%q, %v", g.cells, g.err)
		}
	})
}

func TestRead_UnknownCurrencyWithholdsBudgets(t *testing.T) {
	for _, currency := range []string{"XYZ", "", "LBP", "KWD"} {
		t.Run(currency, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, currency: &currency, answers: map[string][]answer{
					"GET act_7/campaigns": {says(`{"data":[{"id":"1","name":"C","daily_budget":"5000"}]}`)}, insights: {pageOf("", "5")}}}
				m.read(t.Context(), "basic_ad", day, nil, "spend").want(t, "1.500000")
				g := m.read(t.Context(), "campaigns", adtally.Window{}, nil, "daily_budget")
				g.want(t, "")
				if len(g.cells) != 1 || len(g.gaps) != 4 || g.gaps[0] != "campaigns  daily_budget unknown_currency false" {
					t.Errorf("cells %q, gaps %q", g.cells, g.gaps)
				}
				m.read(t.Context(), "campaigns", adtally.Window{}, nil, "raw").want(t, `{"daily_budget":"5000"}`)
			})
		})
	}
}

// Meta's own page takes precedence; other currencies come from CLDR.
func TestCurrency_MinorDigits(t *testing.T) {
	t.Parallel()
	for currency, budget := range map[string]string{
		"EUR": "50.00", "LKR": "50.00", "GHS": "50.00", "BHD": "50.00", "JOD": "50.00", "PKR": "50.00", "RSD": "50.00", "VES": "50.00",
		"HUF": "5000.00", "TWD": "5000.00", "COP": "5000.00", "CRC": "5000.00", "JPY": "5000.00", "VND": "5000.00",
	} {
		want(t, decode(t, "campaigns", currency, `{"id":"1","daily_budget":"5000"}`)["campaigns"], 0, "daily_budget", budget)
	}
}

func TestJudge_ErrorCodeMayBeAString(t *testing.T) {
	t.Parallel()
	for _, code := range []string{`2`, `"2"`, `" 2 "`, `2.0`, `"2.0"`} {
		err := facebookads.Judge(500, nil, []byte(`{"error":{"message":"Service temporarily unavailable","code":`+code+`}}`))
		if f := adtally.FaultOf(err); f.Act != adtally.Retry || f.Code != "meta_trouble" || !strings.Contains(err.Error(), "code 2,") {
			t.Errorf("%s: %+v, %v", code, f, err)
		}
	}
}

// An action that a row repeats exactly is one row; if the values differ, both are
// passed on with their amounts and the destination reports them.
func TestDecode_DuplicateAction(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		counts, amounts string
		want            []string
	}{
		"alike":                   {`L5,L5`, `L9`, []string{"5 9"}},
		"alike, money too":        {`L5,L5,L5`, `L9,L9`, []string{"5 9"}},
		"only the money":          {``, `L9,L9`, []string{"NULL 9"}},
		"different":               {`L5,L6`, `L9`, []string{"5 9", "6 9"}},
		"different money":         {`L5`, `L9,L8`, []string{"5 9", "5 8"}},
		"both different":          {`L5,L6`, `L9,L8`, []string{"5 9", "6 8"}},
		"one of two again":        {`L5,L6,L5`, ``, []string{"5 NULL", "6 NULL"}},
		"different without money": {`L5,L6`, ``, []string{"5 NULL", "6 NULL"}},
	} {
		list := func(text string) string {
			var out []string
			for part := range strings.SplitSeq(text, ",") {
				if n, ok := strings.CutPrefix(part, "L"); ok {
					out = append(out, `{"action_type":"lead","value":"`+n+`"}`)
				}
			}
			return "[" + strings.Join(out, ",") + "]"
		}
		b := decode(t, "basic_ad", "EUR", `{"date_start":"2026-05-01","ad_id":"1","actions":`+list(c.counts)+`,"action_values":`+list(c.amounts)+`}`)["basic_ad_actions"]
		var got []string
		for i := range b.Rows() {
			cells := []string{"NULL", "NULL"}
			for j, column := range []string{"value", "action_value"} {
				if text, ok := b.Cell(i, column); ok {
					cells[j] = strings.TrimSuffix(text, ".000000")
				}
			}
			got = append(got, strings.Join(cells, " "))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The second element has other windows.
func TestDecode_DuplicateActionWithOtherWindows(t *testing.T) {
	t.Parallel()
	b := decode(t, "basic_ad", "EUR", `{"date_start":"2026-05-01","ad_id":"1","actions":[{"action_type":"lead","value":"5","7d_click":"4"},{"action_type":"other","value":"1"},{"action_type":"lead","7d_click":"4","1d_view":"2"},{"action_type":"last","value":"3"}]}`)["basic_ad_actions"]
	var got []string
	for i := range b.Rows() {
		got = append(got, cellsOf(b, i, "action_type", "attribution_window", "value"))
	}
	want := []string{"lead default 5.000000", "lead 7d_click 4.000000", "other default 1.000000", "lead 1d_view 2.000000", "last default 3.000000"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
