package csvfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"adtally"
)

// columnSurvey counts what the cells of a column can be.
type columnSurvey struct {
	filled               int64
	dated                int64   // cells that are a date in some format
	dates                []int64 // by format
	first                []sampleCell
	numbers              int64
	point, comma, either int64 // numbers with a decimal point, with a decimal comma, and those that can be read both ways
	eitherSample         string
}

// sampleCell is the first cell that has a format.
type sampleCell struct {
	text string
	line int64
}

// enough is how many cells of a column are tried before it is clear that it holds no dates.
const enough = 500

func newColumnSurvey() *columnSurvey {
	return &columnSurvey{dates: make([]int64, len(DateFormats)), first: make([]sampleCell, len(DateFormats))}
}

func (c *columnSurvey) take(cell string, line int64) {
	cell = strings.TrimSpace(cell)
	if cell == "" {
		return
	}
	c.filled++
	if c.dated > 0 || c.filled < enough {
		c.tryDate(cell, line)
	}
	if c.numbers > 0 || c.filled < enough {
		c.tryNumber(cell)
	}
}

const longestDate = 40

func (c *columnSurvey) tryDate(cell string, line int64) {
	if len(cell) > longestDate || !strings.ContainsAny(cell, "0123456789") {
		return
	}
	if fits := c.fitting(); len(fits) > 0 && c.try(fits, cell, line) || c.try(everyFormat, cell, line) {
		c.dated++
	}
}

// everyFormat are the numbers of all formats.
var everyFormat = func() (all []int) {
	for i := range DateFormats {
		all = append(all, i)
	}
	return all
}()

// try counts the formats that a cell has. Formats that some cell before did not have need not
// be tried as long as another still fits all: they cannot decide any more.
func (c *columnSurvey) try(formats []int, cell string, line int64) (found bool) {
	for _, i := range formats {
		if _, _, err := DateFormats[i].Parse(cell, time.UTC); err != nil {
			continue
		}
		found = true
		if c.dates[i]++; c.dates[i] == 1 {
			c.first[i] = sampleCell{strings.Clone(cell), line}
		}
	}
	return found
}

func (c *columnSurvey) tryNumber(cell string) {
	if digits(cell) {
		c.numbers++
		return
	}
	a, errA := Number(cell, ".")
	b, errB := Number(cell, ",")
	if errA != nil && errB != nil {
		return
	}
	c.numbers++
	switch {
	case errB != nil && strings.Contains(a, "."), errB != nil && strings.Contains(cell, ","):
		c.point++
	case errA != nil && strings.Contains(b, "."), errA != nil && strings.Contains(cell, "."):
		c.comma++
	case errA == nil && errB == nil && a != b:
		c.either++
		c.eitherSample = firstOf(c.eitherSample, strings.Clone(cell))
	}
}

// isNumber reports whether the column is for numbers; a few words, such as N/A, do not matter.
func (c *columnSurvey) isNumber() bool {
	return c.numbers*2 > c.filled && c.dated*2 <= c.filled
}

// isDate is the same for dates.
func (c *columnSurvey) isDate() bool { return c.dated*2 > c.filled }

// fitting are the formats of all dates of the column.
func (c *columnSurvey) fitting() (all []int) {
	for i, n := range c.dates {
		if n == c.dated && n > 0 {
			all = append(all, i)
		}
	}
	return all
}

// date returns the format of all dates; empty if there is none, or two that differ.
func (c *columnSurvey) date() string {
	all := c.fitting()
	if !c.isDate() || len(all) == 0 || c.ambiguous(all) {
		return ""
	}
	return DateFormats[all[0]].Name
}

// ambiguous reports whether two of the formats disagree about what is the day.
func (c *columnSurvey) ambiguous(all []int) bool {
	begins := func(with string) bool {
		return slices.ContainsFunc(all, func(i int) bool { return strings.HasPrefix(DateFormats[i].Name, with) })
	}
	return begins("DD") && begins("MM")
}

// settle decides on a column whose own dates do not, by the dates of other columns. If these do
// not decide either, a person must.
func (c *columnSurvey) settle(g *adtally.FileGuess, name string) {
	all := c.fitting()
	switch {
	case !c.isDate():
	case len(all) == 0:
		g.Problems = append(g.Problems, c.mixed(name))
	default:
		for _, i := range all {
			for other, f := range g.Format.Dates {
				if f == DateFormats[i].Name {
					g.Format.Dates[name] = f
					g.Reasons = append(g.Reasons, fmt.Sprintf("The dates in %q are read like those in %q", name, other))
					return
				}
			}
		}
		names := []string{}
		for _, i := range all {
			names = append(names, DateFormats[i].Name)
		}
		g.Problems = append(g.Problems, adtally.FileProblem{Column: name, Message: fmt.Sprintf("The dates in %q, such as %s, can be %s", name, c.first[all[0]].text, strings.Join(names, " or ")),
			Hint: "Choose the date format of this column."})
	}
}

// mixed is the problem of a column with dates of two formats.
func (c *columnSurvey) mixed(name string) adtally.FileProblem {
	best := []int{}
	for i, n := range c.dates {
		if n > 0 {
			best = append(best, i)
		}
	}
	slices.SortStableFunc(best, func(a, b int) int { return int(c.dates[b] - c.dates[a]) })
	a := best[0]
	b := best[min(1, len(best)-1)]
	for _, i := range best[1:] { // show a date that the first format cannot be
		if _, _, err := DateFormats[a].Parse(c.first[i].text, time.UTC); errors.Is(err, errNoDate) {
			b = i
			break
		}
	}
	return adtally.FileProblem{Column: name, Message: fmt.Sprintf("The column %q has dates of two formats: %s (line %d) and %s (line %d)", name, c.first[a].text, c.first[a].line, c.first[b].text, c.first[b].line),
		Hint: "Write all dates of the column in one format, or choose the format; lines with the other are refused."}
}
