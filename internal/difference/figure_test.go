package difference_test

import (
	"testing"

	"adtally/internal/difference"
)

func TestParseFigure(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1234.56": "1234.56", "1,234.56": "1234.56", "€1.234,56": "1234.56", "1 234,56 €": "1234.56", "1\u202f234,56": "1234.56", "12": "12", "1,234": "1234", "1.234": "1234", "1.234.567": "1234567",
		"1,234,567.8": "1234567.8", "0.125": "0.125", "-3.5": "-3.5", "−3,5": "-3.5", "12.": "12", "1'234.50 CHF": "1234.50", ".5": "5", "1,23": "1.23", "": "", "abc": "", "1-2": "", "--3": "", "1,2,3.4.5": "", "12,5 or 13": "", "12 K": "12",
	} {
		f, err := difference.ParseFigure(text)
		got := ""
		if err == nil {
			got = f.Value.FloatString(f.Decimals)
		}
		if got != want {
			t.Errorf("%q: %q, want %q (%v)", text, got, want, err)
		}
	}
}

func FuzzParseFigure(f *testing.F) {
	for _, text := range []string{"1,234.56", "€1.234,56", "1e9", "−.,", "١٢"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if v, err := difference.ParseFigure(text); err == nil && (v.Value == nil || v.Decimals < 0) {
			t.Errorf("%q: %v", text, v)
		}
	})
}
