package facebookads_test

import (
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// A year of ads takes twelve report jobs, and a year of the account one page.
func TestPrice_CallsPerYear(t *testing.T) {
	t.Parallel()
	r, err := facebookads.New(facebookads.Config{}).Open(adtally.Source{Tables: facebookads.Tables()}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][3]int{ // calls for a year, calls for 30 days, rows per page
		"ad_accounts": {1, 1, 1}, "ads": {1, 1, 500}, "ad_creatives": {1, 1, 200}, "activities": {4, 1, 500},
		"basic_account": {1, 1, 500}, "basic_campaign": {12, 3, 500}, "basic_ad": {36, 3, 500}, "basic_account_country": {6, 3, 1000}, "basic_ad_hourly": {111, 9, 1000},
	}
	for _, s := range r.Streams() {
		got := [3]int{s.Price.Of(365), s.Price.Of(30), s.Price.Rows}
		if w, listed := want[s.Name]; listed && got != w {
			t.Errorf("%s: %v, want %v", s.Name, got, w)
		}
		if got[0] < 1 || got[2] < 1 {
			t.Errorf("%s costs nothing: %v", s.Name, got)
		}
		delete(want, s.Name)
	}
	if len(want) > 0 {
		t.Errorf("not there: %v", want)
	}
}
