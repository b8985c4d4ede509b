package mcp

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// longestText is where a text that others wrote is cut, in characters: names of campaigns are
// shorter, instructions for a model are longer.
const longestText = 200

// clean returns a text that others wrote without what people cannot see: a reader of the
// answer must see what the model sees. Line breaks and tabs become spaces.
func clean(text string) string {
	text = strings.Map(visible, norm.NFC.String(strings.ToValidUTF8(text, "\uFFFD")))
	if isDataURI(text) {
		return "[data]"
	}
	return cut(text, longestText)
}

// visible drops control characters, and characters of formats: zero-width ones, those that
// turn the direction of text, and tags.
func visible(r rune) rune {
	switch {
	case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
		return ' '
	case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
		return -1
	}
	return r
}

// isDataURI reports whether a text carries a file.
func isDataURI(text string) bool {
	lower := strings.ToLower(strings.TrimSpace(text))
	return strings.HasPrefix(lower, "data:") && strings.Contains(lower, ",")
}

func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
