package facebookads_test

import (
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// Unknown names are rejected with the most similar names, not with a list of all.
func TestOpen_UnknownNamesGetSuggestions(t *testing.T) {
	t.Parallel()
	open := func(s adtally.Source) error {
		_, err := facebookads.New(facebookads.Config{}).Open(s, adtally.Secret{})
		return err
	}
	own := func(change func(*adtally.Report)) adtally.Source {
		return adtally.Source{Reports: []adtally.Report{report(change)}}
	}
	for name, c := range map[string]struct {
		source     adtally.Source
		code, says string
	}{
		"a table":        {adtally.Source{Tables: []string{"ads", "basic_adset"}}, "unknown_table", "Did you mean basic_ad_set"},
		"half a table":   {adtally.Source{Tables: []string{"ad_url"}}, "unknown_table", "run: adtally tables"},
		"a field":        {own(func(r *adtally.Report) { r.Fields = []string{"spent"} }), "unknown_field", "Did you mean spend? If Meta does serve it"},
		"a breakdown":    {own(func(r *adtally.Report) { r.Breakdowns = []string{"contry"} }), "unknown_breakdown", "Did you mean country? There are "},
		"not like any":   {adtally.Source{Tables: []string{"xyzzyxyzzy"}}, "unknown_table", "run: adtally tables"},
		"another's word": {adtally.Source{Tables: []string{"adsets"}}, "unknown_table", "Did you mean ad_sets"},
	} {
		f := adtally.FaultOf(open(c.source))
		if f == nil || f.Code != c.code || !strings.Contains(f.Hint, c.says) {
			t.Errorf("%s: %+v, want %s, %q", name, f, c.code, c.says)
		}
		if f != nil && f.Code == "unknown_table" && len(f.Hint) > 200 {
			t.Errorf("%s: too long to be read: %s", name, f.Hint)
		}
	}
}
