package analytics_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"adtally/internal/analytics"
)

// Any text is a file of definitions or is refused; nothing else.
func FuzzLoad(f *testing.F) {
	for _, file := range analytics.BuiltIn() {
		f.Add(string(file.Text))
	}
	f.Add("metrics:\n  - {name: a, type: derived, expr: ((spend + 1) * 2) / orders}\n")
	f.Add("metrics: [&a {name: x}, *a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := analytics.Load(analytics.File{Name: "own.yaml", Text: []byte(text), Own: true})
		if err == nil {
			d.Infos() // must not fail either
		}
	})
}

// However a name of a campaign is written, it finds the campaign or none: never another one.
func FuzzMatcher(f *testing.F) {
	f.Add("Größe XL", "gr%C3%B6%C3%9Fe+xl")
	f.Add("100% Cotton", "100%25%20cotton")
	f.Add("A+B", "A%252BB")
	f.Fuzz(func(t *testing.T, name, utm string) {
		m := analytics.NewMatcher([]analytics.Campaign{{ID: "1", Channel: "facebook", Names: []string{name}}, {ID: "2", Channel: "google", Names: []string{name + " x"}}}, nil)
		if got := m.Match(analytics.Touch{Source: "google", Campaign: utm}); got.Campaign.ID == "1" && strings.TrimSpace(utm) != "1" {
			t.Errorf("%q found a campaign of another channel", utm)
		}
		if utf8.ValidString(name) && strings.TrimSpace(name) != "" && !strings.ContainsAny(name, "%+") && strings.TrimSpace(name) != "2" {
			if got := m.Match(analytics.Touch{Source: "fb", Campaign: strings.ToUpper(name)}); got.Campaign.ID != "1" && strings.ToLower(strings.ToUpper(name)) == strings.ToLower(name) {
				t.Errorf("%q does not find itself in capitals: %s", name, got.By)
			}
		}
	})
}
