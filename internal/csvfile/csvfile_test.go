package csvfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/csvfile"
)

func opener(text []byte) csvfile.Opener {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
}

func guess(t *testing.T, text string, fixed adtally.FileFormat) adtally.FileGuess {
	t.Helper()
	g, err := csvfile.Guess(opener([]byte(text)), fixed)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return g
}

// wide writes text in UTF-16.
func wide(text string, big, mark bool) string {
	var out []byte
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xFEFF}, units...)
	}
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

func TestGuess_Formats(t *testing.T) {
	const german = "Datum;Betrag;Größe\n31.01.2026;1.234,50;Müller\n01.02.2026;7,00;X\n"
	latin := strings.NewReplacer("ö", "\xF6", "ß", "\xDF", "ü", "\xFC").Replace(german)
	for name, c := range map[string]struct{ text, want string }{
		"plain":             {"id,day,amount\n1,2026-01-31,1.50\n2,2026-02-01,\n", `utf-8 "," 1 . map[day:YYYY-MM-DD] [id day amount] 2 []`},
		"German":            {german, `utf-8 ";" 1 , map[Datum:DD.MM.YYYY] [Datum Betrag Größe] 2 []`},
		"with a mark":       {"\uFEFF" + german, `utf-8 ";" 1 , map[Datum:DD.MM.YYYY] [Datum Betrag Größe] 2 []`},
		"Windows":           {latin, `windows-1252 ";" 1 , map[Datum:DD.MM.YYYY] [Datum Betrag Größe] 2 []`},
		"UTF-16 LE":         {wide(german, false, true), `utf-16le ";" 1 , map[Datum:DD.MM.YYYY] [Datum Betrag Größe] 2 []`},
		"UTF-16 BE":         {wide(german, true, true), `utf-16be ";" 1 , map[Datum:DD.MM.YYYY] [Datum Betrag Größe] 2 []`},
		"UTF-16 unmarked":   {wide("a\tb\n1\t2\n", false, false), `utf-16le "\t" 1 . map[] [a b] 1 []`},
		"British":           {"d|n\n13/01/2026|1\n01/02/2026|2\n", `utf-8 "|" 1 . map[d:DD/MM/YYYY] [d n] 2 []`},
		"American":          {"d|n\n01/13/2026|1\n01/02/2026|2\n", `utf-8 "|" 1 . map[d:MM/DD/YYYY] [d n] 2 []`},
		"ambiguous dates":   {"d|n\n01/03/2026|1\n01/02/2026|2\n", `utf-8 "|" 1 . map[] [d n] 2 [{d The dates in "d", such as 01/03/2026, can be DD/MM/YYYY or MM/DD/YYYY Choose the date format of this column.}]`},
		"as another column": {"d|e\n01/03/2026|13/01/2026\n", `utf-8 "|" 1 . map[d:DD/MM/YYYY e:DD/MM/YYYY] [d e] 1 []`},
		"two date formats": {"d,n\n2026-01-31,1\n31.01.2026,2\n2026-01-30,3\n",
			`utf-8 "," 1 . map[] [d n] 3 [{d The column "d" has dates of two formats: 2026-01-31 (line 2) and 31.01.2026 (line 3) Write all dates of the column in one format, or choose the format; lines with the other are refused.}]`},
		"both orders": {"d,n\n13/01/2026,1\n01/13/2026,2\n",
			`utf-8 "," 1 . map[] [d n] 2 [{d The column "d" has dates of two formats: 13/01/2026 (line 2) and 01/13/2026 (line 3) Write all dates of the column in one format, or choose the format; lines with the other are refused.}]`},
		"ambiguous numbers": {"a,b\n\"1,234\",x\n", `utf-8 "," 1  map[] [a b] 1 [{ Numbers such as 1,234 can be read in two ways Choose the decimal sign.}]`},
		"both decimal signs": {"a;b\n1,5;x\n1.50;x\n",
			`utf-8 ";" 1  map[] [a b] 2 [{ Some numbers have a decimal point and others a decimal comma Choose the decimal sign; lines with the other are refused. Or export the file again with one of them.}]`},
		"titles above":                     {"Campaign report\n\"January 1, 2026 - January 31, 2026\"\nDay,Campaign,Cost\n2026-01-01,Brand,1.5\n2026-01-02,Brand,1.5\n2026-01-03,Brand,1.5\nTotal: ,,3\n", `utf-8 "," 3 . map[Day:YYYY-MM-DD] [Day Campaign Cost] 4 []`},
		"no header":                        {"2026-01-01,5\n2026-01-02,6\n", `utf-8 "," -1 . map[Column 1:YYYY-MM-DD] [Column 1 Column 2] 2 []`},
		"Excel":                            {"sep=;\na;b\n1;2\n", `utf-8 ";" 2 . map[] [a b] 1 []`},
		"quoting":                          {"a,b\n\"x, \"\"y\"\"\nz\",2\r\n3,4\r5,6", `utf-8 "," 1 . map[] [a b] 3 []`},
		"ECB":                              {"Date,USD,JPY,\n2026-01-02,1.1,N/A,\n2026-01-01,1.2,130.5,\n", `utf-8 "," 1 . map[Date:YYYY-MM-DD] [Date USD JPY] 2 []`},
		"same names":                       {"a,a,\n1,2,3\n1,2,3\n", `utf-8 "," 1 . map[] [a a (2)] 2 []`},
		"times":                            {"t,n\n2026-01-31 10:20:30 +0100,1\n2026-01-31T10:20:30Z,2\n2026-01-31 10:20 UTC,3\n", `utf-8 "," 1 . map[t:YYYY-MM-DD] [t n] 3 []`},
		"months":                           {"m;n\n2026-01;1\n2026-02;2\n", `utf-8 ";" 1 . map[m:YYYY-MM] [m n] 2 []`},
		"names of months":                  {"m;n\nMay 5, 2026;1\nMay 6, 2026 10:00 PM;2\n", `utf-8 ";" 1 . map[m:Mon D, YYYY] [m n] 2 []`},
		"a decimal comma in a quoted cell": {"a,b\n\"1,5\",x\n\"2,25\",y\n", `utf-8 "," 1 , map[] [a b] 2 []`},
	} {
		g := guess(t, c.text, adtally.FileFormat{})
		if got := fmt.Sprintf("%s %q %d %s %v %v %d %v", g.Format.Encoding, g.Format.Delimiter, g.Format.Header, g.Format.Decimal, g.Format.Dates, g.Columns, g.Rows, g.Problems); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
		if len(g.Reasons) < 2 || len(g.Preview) == 0 {
			t.Errorf("%s has no reasons or preview: %+v", name, g)
		}
	}
}

// What a person has chosen is not guessed.
func TestGuess_KeepsWhatIsFixed(t *testing.T) {
	g := guess(t, "a;d\n1;01/02/2026\n", adtally.FileFormat{Decimal: ",", Header: -1, Dates: map[string]string{"Column 2": "MM/DD/YYYY"}})
	if got := fmt.Sprint(g.Format, g.Columns, g.Rows, g.Problems); got != "{utf-8 ; -1 , map[Column 2:MM/DD/YYYY]} [Column 1 Column 2] 2 []" {
		t.Error(got)
	}
}

func TestGuess_RefusesWithTheCure(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "The file is empty",
		"\n\n  \n":               "The file is empty",
		"a,b\n1,\"2\n3,4\n":      "The quotation mark on line 2 is never closed",
		strings.Repeat("x", 2e6): "Line 1 has a cell of more than 1 MB",
	} {
		_, err := csvfile.Guess(opener([]byte(text)), adtally.FileFormat{})
		if f := adtally.FaultOf(err); err == nil || f.Message != want || f.Hint == "" {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct{ text, decimal, want string }{
		{"1234.50", ".", "1234.50"}, {"1,234.50", ".", "1234.50"}, {"1.234,50", ",", "1234.50"}, {"1 234,5", ",", "1234.5"}, {"1'234.5", ".", "1234.5"}, {"1\u00A0234,5", ",", "1234.5"},
		{"€ 12,50", ",", "12.50"}, {"12.50 EUR", ".", "12.50"}, {"$-3", ".", "-3"}, {"-$3.00", ".", "-3.00"}, {"(3.5)", ".", "-3.5"}, {"3,5-", ",", "-3.5"}, {"−3", ".", "-3"}, {"+3", ".", "3"},
		{"12 %", ".", "12"}, {".5", ".", "0.5"}, {"5.", ".", "5"}, {"007", ".", "7"}, {"-0.00", ".", "0.00"}, {"0", ".", "0"},
		{"", ".", ""}, {"abc", ".", ""}, {"1.2.3", ".", ""}, {"1,23", ".", ""}, {"12,34,567.0", ".", ""}, {"1.234.567,5", ",", "1234567.5"}, {"1,5", ".", ""}, {"--3", ".", ""}, {"EUR", ".", ""}, {"1e5", ".", ""}, {"1,234 567", ".", ""},
	} {
		got, err := csvfile.Number(c.text, c.decimal)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("Number(%q, %q) = %q, %v; want %q", c.text, c.decimal, got, err, c.want)
		}
	}
}

func TestDateFormat_Parse(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ format, text, want string }{
		{"YYYY-MM-DD", "2026-01-31", "2026-01-30T23:00:00Z false"}, {"YYYY-MM-DD", "2026-01-31 10:00", "2026-01-31T09:00:00Z true"}, {"YYYY-MM-DD", "2026-07-31T10:00:05.5", "2026-07-31T08:00:05Z true"},
		{"YYYY-MM-DD", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z true"}, {"YYYY-MM-DD", "2026-01-31 10:00:00 -0500", "2026-01-31T15:00:00Z true"}, {"YYYY-MM-DD", "2026-01-31 10:00:00 UTC", "2026-01-31T10:00:00Z true"},
		{"DD.MM.YYYY", "1.2.2026 3:04 PM", "2026-02-01T14:04:00Z true"}, {"MM/DD/YY", "1/31/26", "2026-01-30T23:00:00Z false"}, {"YYYYMMDD", "20260131", "2026-01-30T23:00:00Z false"},
		{"DD.MM.YYYY", "31.02.2026", ""}, {"DD/MM/YYYY", "2026-01-01", ""}, {"YYYY-MM-DD", "2026-01-31 25:00", ""}, {"YYYY-MM-DD", "2026-01-31 soon", ""}, {"D Mon YYYY", "3 Mar 2026 12:00", "2026-03-03T11:00:00Z true"},
	} {
		f, ok := csvfile.FormatNamed(c.format)
		at, timed, err := f.Parse(c.text, berlin)
		got := ""
		if err == nil {
			got = at.UTC().Format("2006-01-02T15:04:05Z") + fmt.Sprint(" ", timed)
		}
		if !ok || got != c.want {
			t.Errorf("%s %q: %s, %v; want %s", c.format, c.text, got, err, c.want)
		}
	}
}

// What is written as CSV is read back, with any delimiter and encoding.
func TestReader_ReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 5).Draw(t, "width")
		cell := rapid.StringOfN(rapid.RuneFrom([]rune("ab,;\t|\"\n €ü1x")), 0, 8, -1)
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 10).Draw(t, "rows")
		delimiter := rapid.SampledFrom(csvfile.Delimiters).Draw(t, "delimiter")
		var text strings.Builder
		for _, row := range rows {
			for i, c := range row {
				if i > 0 {
					text.WriteString(delimiter)
				}
				text.WriteString(`"` + strings.ReplaceAll(c, `"`, `""`) + `"`)
			}
			text.WriteString("\r\n")
		}
		for encoding, in := range map[string]string{csvfile.UTF8: text.String(), csvfile.UTF16LE: wide(text.String(), false, true), csvfile.UTF16BE: wide(text.String(), true, false),
			csvfile.Windows1252: strings.NewReplacer("€", "\x80", "ü", "\xFC").Replace(text.String())} {
			r, err := csvfile.NewReader(strings.NewReader(in), adtally.FileFormat{Encoding: encoding, Delimiter: delimiter})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range rows {
				if got, _, err := r.Read(); err != nil || !slices.Equal(got, want) {
					t.Fatalf("%s, row %d of %q: %q, %v; want %q", encoding, i, in, got, err, want)
				}
			}
			if _, _, err := r.Read(); !errors.Is(err, io.EOF) {
				t.Fatalf("the end: %v", err)
			}
		}
	})
}

// Whatever the bytes are, the guess is complete enough to read them, or a fault says what is wrong.
func FuzzGuess(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\r\n\"1\";2", "\xFF\xFEa\x00", "\"", "sep=;\n", "d\n01/02/2026\n", "\xEF\xBB\xBFx", "a\tb\n-\t(1)\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		g, err := csvfile.Guess(opener(text), adtally.FileFormat{})
		if err != nil {
			if fault := adtally.FaultOf(err); fault.Code != "file_invalid" || fault.Hint == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		again, err := csvfile.Guess(opener(text), g.Format)
		if err != nil || again.Rows != g.Rows || !slices.Equal(again.Columns, g.Columns) {
			t.Fatalf("%q: the guess %+v does not hold: %+v, %v", text, g, again, err)
		}
	})
}
