package upload

import (
	"errors"
	"slices"
	"strings"
	"time"

	"adtally/internal/csvfile"
)

// cellFormat says how the values of a column are written.
type cellFormat struct {
	decimal string
	dates   csvfile.DateFormat
	zone    *time.Location
}

// nothings are values that mean that there is no number or date.
var nothings = []string{"", "-", "--", "–", "—", "n/a", "na", "null", "none", "nan", "#n/a", "k.a."}

var (
	yes = []string{"true", "1", "yes", "y", "x", "ja", "j", "wahr", "new", "neu", "first", "new customer"}
	no  = []string{"false", "0", "no", "n", "nein", "falsch", "returning", "bestand", "wiederkehrend", "existing"}
)

// parse returns a value as the table's builder reads it; empty = absent.
func parse(kind, cell string, f cellFormat) (string, error) {
	if kind == raw {
		return cell, nil
	}
	cell = strings.TrimSpace(cell)
	if kind == text {
		return cell, nil
	}
	if slices.Contains(nothings, strings.ToLower(cell)) {
		return "", nil
	}
	switch kind {
	case money, number:
		return csvfile.Number(cell, f.decimal)
	case currency:
		if code := strings.ToUpper(cell); isCode.MatchString(code) {
			return code, nil
		}
		return "", errors.New("is not a currency code of three letters")
	case flag:
		switch word := strings.ToLower(cell); {
		case slices.Contains(yes, word):
			return "true", nil
		case slices.Contains(no, word):
			return "false", nil
		}
		return "", errors.New("is neither yes nor no")
	}
	at, _, err := f.dates.Parse(cell, f.zone)
	if err != nil {
		return "", err
	}
	if at.Year() < 1970 || at.Year() > 9999 {
		return "", errors.New("is not a date after 1970")
	}
	switch kind {
	case day:
		return at.Format("2006-01-02"), nil
	case month:
		return at.Format("2006-01"), nil
	}
	return at.UTC().Format(time.RFC3339Nano), nil
}

// reason is an error of a value as part of a sentence that begins with the value.
func reason(err error) string {
	full := err.Error()
	for _, end := range []string{": is not a date", ": is not a number"} {
		full = strings.TrimSuffix(full, end)
	}
	return full
}

// totals are the first words of lines that sum up a file.
var totals = []string{"total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "insgesamt", "ergebnis", "gesamtergebnis"}

// isTotal reports whether a line sums up the file: its first filled cell says so.
func isTotal(cells []string) bool {
	for _, c := range cells {
		c = strings.ToLower(strings.TrimSpace(c))
		if c == "" {
			continue
		}
		word, _, _ := strings.Cut(c, ":")
		return slices.Contains(totals, strings.TrimSpace(word))
	}
	return false
}
