package csvfile

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// errNoNumber is a value that is not a number.
var errNoNumber = errors.New("is not a number")

// Number returns a number as decimal text with a point, for example -1234.5. decimal is the
// file's decimal sign; the other one of point and comma, spaces and apostrophes may group
// thousands. Currency signs and codes, a percent sign, a minus sign at the end and
// parentheses for negative numbers are understood.
func Number(text, decimal string) (string, error) {
	body, negative := stripped(text)
	whole, fraction, cut := strings.Cut(body, decimal)
	if cut && strings.Contains(fraction, decimal) {
		return "", fmt.Errorf("has more than one decimal sign (%s): %w", decimal, errNoNumber)
	}
	whole, ok := ungrouped(whole, decimal)
	if !ok || !digits(whole) || !digits(fraction) || whole == "" && fraction == "" {
		return "", errNoNumber
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if negative && strings.Trim(whole, "0.") != "" {
		whole = "-" + whole
	}
	return whole, nil
}

// stripped removes signs, currencies and spaces around a number.
func stripped(text string) (body string, negative bool) {
	body = strings.TrimSpace(text)
	if strings.HasPrefix(body, "(") && strings.HasSuffix(body, ")") {
		negative, body = true, body[1:len(body)-1]
	}
	for before := ""; before != body; {
		before = body
		body = strings.TrimFunc(body, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Sc, r) || r == '%' })
		body = code(body)
		for _, minus := range []string{"-", "−", "–"} {
			if rest, ok := strings.CutPrefix(body, minus); ok && !negative {
				negative, body = true, rest
			}
			if rest, ok := strings.CutSuffix(body, minus); ok && !negative {
				negative, body = true, rest
			}
		}
		body = strings.TrimPrefix(body, "+")
	}
	return body, negative
}

// code removes a currency code of three letters at either end.
func code(body string) string {
	letters := func(s string) bool {
		for _, c := range s {
			if c < 'A' || c > 'Z' {
				return false
			}
		}
		return true
	}
	const n = 3
	if len(body) > n && letters(body[:n]) {
		body = body[n:]
	}
	if len(body) > n && letters(body[len(body)-n:]) {
		body = body[:len(body)-n]
	}
	return body
}

// ungrouped removes signs between groups of three digits. All must be the same.
func ungrouped(whole, decimal string) (string, bool) {
	sign := ""
	for _, c := range []string{".", ",", " ", "\u00A0", "\u202F", "\u2009", "'", "’"} {
		if c != decimal && strings.Contains(whole, c) {
			if sign != "" {
				return "", false
			}
			sign = c
		}
	}
	if sign == "" {
		return whole, true
	}
	groups := strings.Split(whole, sign)
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func digits(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
