package upload

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/csvfile"
)

// Check returns the first thing that keeps a file from being loaded, as a Fault.
func Check(f adtally.DataFile) error {
	m := f.Mapping
	if _, err := time.LoadLocation(m.Zone); err != nil || m.Zone == "Local" {
		return wrong(fmt.Sprintf("%q is not a time zone", m.Zone), "Choose an IANA time zone, for example Europe/Berlin.")
	}
	for name, column := range m.Columns {
		if _, known := fieldOf(f.Kind, name); !known {
			return wrong(fmt.Sprintf("Files of %s have no field %q", f.Kind, name), "Choose one of "+strings.Join(fieldNames(f.Kind), ", ")+".")
		}
		if !slices.Contains(f.Guess.Columns, column) {
			return wrong(fmt.Sprintf("There is no column %q", column), nearest(column, f.Guess.Columns))
		}
	}
	for name := range m.Constants {
		if _, known := fieldOf(f.Kind, name); !known {
			return wrong(fmt.Sprintf("Files of %s have no field %q", f.Kind, name), "Choose one of "+strings.Join(fieldNames(f.Kind), ", ")+".")
		}
	}
	for _, d := range fields[f.Kind] {
		if err := checkField(f, d); err != nil {
			return err
		}
	}
	return checkRates(f)
}

func checkField(f adtally.DataFile, d field) error {
	column, constant := f.Mapping.Columns[d.Name], f.Mapping.Constants[d.Name]
	if column == "" && constant == "" && d.Required {
		return wrong(fmt.Sprintf("Nothing says what is %q (%s)", d.Title, d.Name), "Choose its column, or set one value for all rows.")
	}
	format := f.Mapping.Format
	switch {
	case column == "" && constant != "":
		return checkConstant(d, constant)
	case column == "" || f.Relation != "":
		return nil
	case d.Type == day || d.Type == instant || d.Type == month:
		named, known := csvfile.FormatNamed(format.Dates[column])
		if !known {
			return undecided(f, column, fmt.Sprintf("The dates in %q have no format", column), "Choose the date format of this column.")
		}
		if named.Month() && d.Type == instant {
			return wrong(fmt.Sprintf("The dates in %q have no day", column), "Choose a column with days, or another date format.")
		}
	case (d.Type == money || d.Type == number) && format.Decimal != "." && format.Decimal != ",":
		return undecided(f, "", "The numbers have no decimal sign", "Choose the decimal sign.")
	}
	return nil
}

// undecided returns the file's own problem with a column, if it has one.
func undecided(f adtally.DataFile, column, message, hint string) error {
	for _, p := range f.Guess.Problems {
		if p.Column == column {
			message, hint = p.Message, p.Hint
		}
	}
	return wrong(message, hint)
}

func checkConstant(d field, constant string) error {
	_, err := parse(d.Type, constant, cellFormat{decimal: ".", dates: csvfile.DateFormats[0], zone: time.UTC})
	if err != nil {
		return wrong(fmt.Sprintf("%q cannot be the %s of all rows: it %v", constant, strings.ToLower(d.Title), err), "Use a point as the decimal sign and dates such as 2026-01-31.")
	}
	return nil
}

// checkRates checks that a file of rates has both a currency and a rate, or columns of currencies.
func checkRates(f adtally.DataFile) error {
	if f.Kind != adtally.RatesFile {
		return nil
	}
	has := func(name string) bool { return f.Mapping.Columns[name] != "" || f.Mapping.Constants[name] != "" }
	switch {
	case has("currency") && has("rate"):
		return nil
	case has("currency") || has("rate"):
		return wrong("Rates need both a currency and a rate", "Choose the columns of both, or neither if each column is named after a currency.")
	case !slices.ContainsFunc(f.Guess.Columns, isCode.MatchString):
		return wrong("No column is named after a currency", "Choose the columns of the currency and of the rate.")
	case f.Mapping.Format.Decimal == "":
		return undecided(f, "", "The numbers have no decimal sign", "Choose the decimal sign.")
	}
	return nil
}

func fieldNames(kind adtally.FileKind) (all []string) {
	for _, f := range fields[kind] {
		all = append(all, f.Name)
	}
	return all
}

func nearest(name string, of []string) string {
	if best := adtally.Nearest(name, of); len(best) > 0 {
		return fmt.Sprintf("Did you mean %q?", best[0])
	}
	return "Choose one of " + strings.Join(of, ", ") + "."
}

func wrong(message, hint string) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "file_mapping", Message: message, Hint: hint}
}
