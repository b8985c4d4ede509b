package analytics_test

import (
	"fmt"
	"testing"

	"adtally/internal/analytics"
)

// Members of every dimension can be listed and searched by number and name.
func TestMembers_OfEveryDimension(t *testing.T) {
	t.Parallel()
	folder, err := analytics.LoadFolder(shop)
	if err != nil {
		t.Fatal(err)
	}
	defs := analytics.Standard()
	db, engine := scratch(t, folder), analytics.New(defs, folder.Settings)
	for _, d := range defs.Dimensions() {
		if _, err := engine.Members(t.Context(), db, d.Name, "", 10); err != nil {
			t.Errorf("%s: %v", d.Name, err)
		}
	}
	for search, want := range map[string]string{"currency ": "[{EUR EUR} {USD USD}]", "country d": "[{DE DE}]", "campaign größe": "[{11 Größe XL}]", "campaign 21": "[{21 Brand}]",
		"account shop_": "[]", "channel ": "[{facebook facebook} {google google}]"} {
		var dim, text string
		fmt.Sscanf(search, "%s %s", &dim, &text) //nolint:errcheck // the text may be missing
		if got, err := engine.Members(t.Context(), db, dim, text, 10); err != nil || fmt.Sprint(got) != want && (want != "[]" || len(got) > 0) {
			t.Errorf("%s: %v, %v; want %s", search, got, err, want)
		}
	}
}

// An account that a source has without its name has the name of another source, or the one of the settings.
func TestMembers_NameOfAnotherSource(t *testing.T) {
	t.Parallel()
	folder, err := analytics.LoadFolder(shop)
	if err != nil {
		t.Fatal(err)
	}
	settings := folder.Settings
	settings.Accounts = map[string]string{"1": "Not asked", "9": "Known elsewhere"}
	db, engine := scratch(t, folder), analytics.New(analytics.Standard(), settings)
	exec(t, db, `INSERT INTO adtally.accounts (account_id, channel, source) VALUES ('9', 'facebook', 'another')`)
	for search, want := range map[string]string{"9": "[{9 Known elsewhere}]", "KNOWN else": "[{9 Known elsewhere}]", "not asked": "[{1 Shop DE}]"} {
		if got, err := engine.Members(t.Context(), db, "account", search, 9); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: %v, %v, want %s", search, got, err, want)
		}
	}
	exec(t, db, `INSERT INTO adtally.accounts (account_id, channel, source, account_name) VALUES ('1', 'facebook', 'another', NULL), ('1', 'facebook', 'a third', '1')`)
	got, err := engine.Members(t.Context(), db, "account", "1", 1)
	if err != nil || fmt.Sprint(got) != "[{1 Shop DE}]" {
		t.Errorf("%v, %v", got, err)
	}
	q := analytics.Query{Metrics: []string{"spend"}, By: []string{"account"}, From: mustDay("2026-01-05"), To: mustDay("2026-01-06"), Filters: []analytics.Filter{{Dimension: "account", In: []string{"1"}}}}
	answer, err := engine.Ask(t.Context(), db, q)
	if err != nil || len(answer.Rows) != 1 || fmt.Sprint(answer.Rows[0].Names) != "[Shop DE]" {
		t.Errorf("%+v, %v", answer, err)
	}
}
