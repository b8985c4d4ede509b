package upload

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"adtally"
)

// Suggest proposes a mapping from the names of a file's columns.
func Suggest(kind adtally.FileKind, g adtally.FileGuess) adtally.FileMapping {
	m := adtally.FileMapping{Format: g.Format, Columns: map[string]string{}, Constants: map[string]string{}, Zone: "UTC"}
	used := map[string]bool{}
	rank := func(f field, column string) int {
		return slices.IndexFunc(f.names, func(n string) bool { return plain(n) == plain(bare(column)) })
	}
	for _, f := range fields[kind] {
		best, at := "", -1
		for _, c := range g.Columns {
			if r := rank(f, c); r >= 0 && !used[c] && (at < 0 || r < at) {
				best, at = c, r
			}
		}
		if best != "" {
			m.Columns[f.Name], used[best] = best, true
		}
	}
	if _, needs := fieldOf(kind, "currency"); needs && kind != adtally.RatesFile && m.Columns["currency"] == "" {
		for _, c := range m.Columns {
			if code := currencyIn(c); code != "" {
				m.Constants["currency"] = code
			}
		}
	}
	return m
}

// plain leaves the letters and digits of a name, so that Order ID is order_id.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

var (
	inBrackets = regexp.MustCompile(`\s*[(\[]([^)\]]*)[)\]]\s*$`)
	inWords    = regexp.MustCompile(`\s+in\s+([A-Z]{3})$`)
	isCode     = regexp.MustCompile(`^[A-Z]{3}$`)
)

// bare removes a currency or unit behind a column's name: Cost (EUR), Betrag in EUR.
func bare(column string) string {
	if currencyIn(column) == "" {
		return column
	}
	return inWords.ReplaceAllString(inBrackets.ReplaceAllString(column, ""), "")
}

// currencyIn returns the currency that a column's name states.
func currencyIn(column string) string {
	for _, pattern := range []*regexp.Regexp{inBrackets, inWords} {
		if found := pattern.FindStringSubmatch(column); found != nil && isCode.MatchString(found[1]) && found[1] != "UTC" {
			return found[1]
		}
	}
	return ""
}
