package facebookads_test

import (
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/connector/facebookads"
)

// withFields is a source that changes the fields of one table.
func withFields(table string, fields ...string) adtally.Source {
	return adtally.Source{Tables: []string{table}, Fields: map[string][]string{table: fields}}
}

func chosenStream(t *testing.T, s adtally.Source, name string) connector.Stream {
	t.Helper()
	list := reports(t, s)
	i := slices.IndexFunc(list, func(s connector.Stream) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("%s is not read", name)
	}
	return list[i]
}

// A request names the keys, the object and the chosen fields. Columns that are not
// requested are NULL and no gap.
func TestFields_OnlyChosenOnesAreRequested(t *testing.T) {
	for name, c := range map[string]struct {
		fields            []string
		asked, notAsked   string
		column, cell, not string
	}{
		"these alone":      {[]string{"spend", "impressions"}, "ad_id,ad_name,campaign_id,date_start,attribution_setting,spend,impressions", "clicks,reach,quality_ranking,actions", "spend", "1.500000", "clicks"},
		"more and fewer":   {[]string{" +social_spend", "-clicks "}, "ad_id,spend,reach,social_spend", "clicks,actions", "social_spend", "2.500000", "clicks"},
		"a key is no news": {[]string{"ad_id", "date_start", "account_currency", "spend"}, "ad_id,spend", "clicks,impressions", "spend", "1.500000", "impressions"},
		"unknown to us":    {[]string{"+vibes:decimal"}, "vibes,spend,clicks", "", "vibes", "3.500000", "reach"},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				row := `{"account_id":"7","ad_id":"1","date_start":"2026-06-01","date_stop":"2026-06-01","spend":"1.5","social_spend":"2.5","vibes":"3.5"}`
				for column, want := range map[string]string{c.column: c.cell, c.not: ""} {
					m := &fakeGraph{t: t, answers: map[string][]answer{insights: {says(`{"data":[` + row + `]}`)}}}
					g := m.readOf(t.Context(), withFields("basic_ad", c.fields...), "basic_ad", day, nil, column)
					if g.want(t, want); len(g.cells) != 1 || len(g.gaps)+len(g.odd) > 0 {
						t.Errorf("%d rows, gaps %q, quarantined %q", len(g.cells), g.gaps, g.odd)
					}
					asked := strings.Split(m.values(insights, "fields")[0], ",")
					for _, f := range strings.FieldsFunc(c.asked, isComma) {
						if !slices.Contains(asked, f) {
							t.Errorf("%s is not asked for: %v", f, asked)
						}
					}
					for _, f := range strings.FieldsFunc(c.notAsked, isComma) {
						if slices.Contains(asked, f) {
							t.Errorf("%s is asked for", f)
						}
					}
				}
			})
		})
	}
}

func isComma(r rune) bool { return r == ',' }

// Days that were loaded with other fields are due again. The same fields in another
// notation are not another choice.
func TestFields_ChoiceChangesDefinition(t *testing.T) {
	t.Parallel()
	usual := chosenStream(t, adtally.Source{}, "basic_ad")
	less := chosenStream(t, withFields("basic_ad", "-clicks"), "basic_ad")
	more := chosenStream(t, withFields("basic_ad", "+social_spend"), "basic_ad")
	if less.Definition == usual.Definition || more.Definition == usual.Definition || less.Definition == more.Definition {
		t.Errorf("%s, less %s, more %s", usual.Definition, less.Definition, more.Definition)
	}
	for _, same := range [][]string{{"+spend"}, {"+clicks", "+reach"}} {
		if s := chosenStream(t, withFields("basic_ad", same...), "basic_ad"); s.Definition != usual.Definition {
			t.Errorf("%v is what is usual, and another definition", same)
		}
	}
	one, two := chosenStream(t, withFields("basic_ad", "spend", "clicks"), "basic_ad"), chosenStream(t, withFields("basic_ad", "clicks", "ad_id", "spend", "spend"), "basic_ad")
	if one.Definition != two.Definition {
		t.Error("the order of fields is another definition")
	}
	withActions := withFields("basic_ad", "spend", "clicks")
	withActions.Tables = append(withActions.Tables, "basic_ad_actions")
	if s := chosenStream(t, withActions, "basic_ad"); s.Definition != one.Definition || len(s.Tables) != 2 {
		t.Error("actions change what the figures are")
	}
	if s := chosenStream(t, withFields("basic_ad", "-clicks"), "basic_account"); s.Definition != chosenStream(t, adtally.Source{}, "basic_account").Definition {
		t.Error("another table is due again")
	}
	if n := less.Tables[0]; n.Index("clicks") < 0 || more.Tables[0].Index("social_spend") < 0 || n.Check() != nil || more.Tables[0].Check() != nil {
		t.Error("a column that is not asked for stays in the table")
	}
}

// Figures that are not requested are not reconciled.
func TestFields_OnlyRequestedFiguresAreReconciled(t *testing.T) {
	t.Parallel()
	both := withFields("basic_ad", "-clicks")
	both.Fields["basic_account"] = []string{"spend", "clicks"}
	for name, c := range map[string]struct {
		source adtally.Source
		sums   []string
	}{
		"all":        {adtally.Source{Tables: []string{"basic_ad"}}, []string{"spend", "impressions", "clicks"}},
		"fewer":      {withFields("basic_ad", "-clicks"), []string{"spend", "impressions"}},
		"both fewer": {both, []string{"spend"}},
		"none":       {withFields("basic_ad", "reach"), nil},
	} {
		s := chosenStream(t, c.source, "basic_ad")
		var got []string
		if s.Total != nil {
			got = s.Total.Columns
		}
		if !slices.Equal(got, c.sums) {
			t.Errorf("%s: %v must add up, want %v", name, got, c.sums)
		}
	}
}

func TestFields_RejectsInvalidChoices(t *testing.T) {
	t.Parallel()
	mine := adtally.Source{Reports: []adtally.Report{report(func(*adtally.Report) {})}, Fields: map[string][]string{"mine": {"spend"}}}
	for name, c := range map[string]struct {
		source     adtally.Source
		code, says string
	}{
		"a typing error":       {withFields("basic_ad", "spent"), "unknown_field", "Did you mean spend?"},
		"taken out, not there": {withFields("basic_ad", "-click"), "unknown_field", "Did you mean clicks"},
		"of ads only":          {withFields("basic_campaign", "+quality_ranking"), "unknown_field", "level campaign"},
		"of no account":        {withFields("basic_account", "+results"), "unknown_field", "level account"},
		"no setting there":     {withFields("basic_account", "+attribution_setting"), "unknown_field", "level account"},
		"of a lower level":     {withFields("basic_ad_set", "+ad_name"), "unknown_field", "level ad_set"},
		"dead":                 {withFields("basic_ad", "+wish_bid"), "dead_field", "no longer"},
		"a key":                {withFields("basic_ad", "-ad_id"), "fields", "always read"},
		"the day":              {withFields("basic_ad", "-date"), "fields", "always read"},
		"both grammars":        {withFields("basic_ad", "spend", "-clicks"), "fields", "cannot be combined"},
		"no figure":            {withFields("basic_ad", "ad_id"), "fields", "no figure"},
		"nothing":              {withFields("basic_ad", ""), "report_field", "not a field name"},
		"actions":              {withFields("basic_ad", "+actions"), "fields", "basic_ad_actions"},
		"people by hours":      {withFields("basic_ad_hourly", "+reach"), "field_by_breakdown", "no unique counts"},
		"objects":              {withFields("ads", "name"), "fields", "basic_ad"},
		"rows of actions":      {withFields("basic_ad_actions", "value"), "fields", "Choose the fields of basic_ad"},
		"a report of one's":    {mine, "fields", "report itself"},
		"no table":             {adtally.Source{Fields: map[string][]string{"basic_adset": {"spend"}}}, "unknown_table", "basic_ad_set"},
		"not read":             {adtally.Source{Fields: map[string][]string{"basic_ad_country": {"spend"}}}, "fields", "Add it to the tables"},
	} {
		_, err := facebookads.New(facebookads.Config{}).Open(c.source, adtally.Secret{})
		f := adtally.FaultOf(err)
		if f == nil || f.Act != adtally.Configure || f.Code != c.code || f.Hint == "" || !strings.Contains(f.Message+" "+f.Hint, c.says) {
			t.Errorf("%s: %+v, want %s, %q", name, f, c.code, c.says)
		}
	}
}

// Unique counts that are too old are gaps only if they are requested.
func TestFields_UnrequestedFieldIsNoGap(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		old := adtally.WindowOf(mustDay(t, "1998-08-01"), mustDay(t, "1998-08-01")) // synctest starts in the year 2000
		for fields, gaps := range map[string]int{"spend": 0, "reach": 1} {
			m := &fakeGraph{t: t, answers: map[string][]answer{insights: {says(`{"data":[{"account_id":"7","ad_id":"1","country":"DE","date_start":"1998-08-01","date_stop":"1998-08-01","spend":"1"}]}`)}}}
			g := m.readOf(t.Context(), withFields("basic_ad_country", "impressions", fields), "basic_ad_country", old, nil, "spend")
			if len(g.gaps) != gaps || g.err != nil {
				t.Errorf("%s: gaps %q (%v), want %d", fields, g.gaps, g.err, gaps)
			}
		}
	})
}

func mustDay(t *testing.T, text string) adtally.Day {
	t.Helper()
	d, err := adtally.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
